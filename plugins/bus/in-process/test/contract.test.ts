import { busContract } from '@forge/testkit/contracts';
import { createRecordingLogger } from '@forge/testkit/fakes';
import { createInProcessBus } from '../src/in-process-bus.ts';

busContract({
  name: 'in-process',
  create() {
    const bus = createInProcessBus(createRecordingLogger());
    return { bus, dispose: () => bus.close() };
  },
});
