export { type Fault, faultSchema, fromFault, toFault } from './fault.ts';
export { orchestratorMessages, protocolVersions, workerMessages } from './messages.ts';
export { type ServedExecution, serveExecution } from './serve-execution.ts';
export { type WorkOptions, workExecution } from './work-execution.ts';
export { startWorker, type WorkerEnd, type WorkerProcess } from './worker-process.ts';
