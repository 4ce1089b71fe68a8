import { contractAgents, executorContract } from '@forge/testkit/contracts';
import { createChildProcessExecutor } from '../src/child-process-executor.ts';
import { placesIn, realClock, realWorker } from './worker-fixture.ts';

executorContract({
  name: 'child-process',
  create: () => {
    const worker = realWorker();
    return {
      executor: createChildProcessExecutor({ clock: realClock }),
      elsewhere: {
        locateAgent: placesIn('contract-agents', Object.keys(contractAgents)),
        workerCommand: async () => worker.command,
      },
      dispose: () => worker.remove(),
    };
  },
});
