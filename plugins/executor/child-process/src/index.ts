import { definePlugin } from '@forge/plugin-api';
import { createChildProcessExecutor } from './child-process-executor.ts';

export default definePlugin({
  setup: ({ clock }) => ({ executors: [createChildProcessExecutor({ clock })] }),
});
