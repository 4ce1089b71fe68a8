export * from './api-fault.ts';
export * from './call-ids.ts';
export * from './cut-call.ts';
export * from './model-error.ts';
export * from './model-table.ts';
export * from './retry-after.ts';
export * from './tool-use.ts';
export * from './watch-reply.ts';
