import { deployerContract } from '@forge/testkit/contracts';
import { createSampleThing } from '../src/sample-thing.ts';

deployerContract({ name: 'sample-thing', create: () => ({ deployer: createSampleThing('./scripts/deploy') }) });
