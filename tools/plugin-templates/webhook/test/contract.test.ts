import { webhookContract } from '@forge/testkit/contracts';
import { createVirtualClock } from '@forge/testkit/fakes';
import { createSampleThing } from '../src/sample-thing.ts';

webhookContract({ name: 'sample-thing', create: () => ({ sender: createSampleThing(createVirtualClock()) }) });
