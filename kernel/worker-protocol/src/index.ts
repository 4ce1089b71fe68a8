export { type Fault, faultSchema, fromFault, toFault } from './fault.ts';
export { orchestratorMessages, protocolVersions, workerMessages } from './messages.ts';
export { type ServedExecution, serveExecution } from './serve-execution.ts';
export { type WorkOptions, workExecution } from './work-execution.ts';
export { startWorker, type WorkerEnd, type WorkerProcess } from './worker-process.ts';
export { type OpenedPlugin, workPlugin } from './work-plugin.ts';
export { type PluginSubscription, type ServedPlugin, servePlugin } from './serve-plugin.ts';
export { type Described, kernelMessages, pluginMessages, type PluginPlace } from './plugin-messages.ts';
