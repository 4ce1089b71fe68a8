export { scriptedAgentName } from './scripted-agents.ts';
export { startTestKernel, type TestKernel, type TestKernelOptions, type TestRun } from './start-test-kernel.ts';
export { createTemporaryRepository, type TemporaryRepository } from './temporary-repository.ts';
