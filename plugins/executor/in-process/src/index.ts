import { definePlugin } from '@forge/plugin-api';
import { inProcessExecutor } from './in-process-executor.ts';

export default definePlugin({ executors: [inProcessExecutor] });
