import { executorContract } from '@forge/testkit/contracts';
import { inProcessExecutor } from '../src/in-process-executor.ts';

executorContract({ name: 'in-process', create: () => ({ executor: inProcessExecutor }) });
