import { executorContract } from '@forge/testkit/contracts';
import { sampleThing } from '../src/sample-thing.ts';

executorContract({ name: 'sample-thing', create: () => ({ executor: sampleThing }) });
