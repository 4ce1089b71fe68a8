import { storeContract } from '@forge/testkit/contracts';
import { createSampleThing } from '../src/sample-thing.ts';

storeContract({
  name: 'sample-thing',
  create: () => ({ store: createSampleThing() }),
  skip: { 'everything is there after closing and opening again, and fences go on': 'it is gone with the process' },
});
