import { busContract } from '@forge/testkit/contracts';
import { createSampleThing } from '../src/sample-thing.ts';

busContract({
  name: 'sample-thing',
  create() {
    const bus = createSampleThing(() => undefined);
    return { bus, dispose: () => bus.close() };
  },
});
