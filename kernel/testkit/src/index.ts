export * from './contracts/index.ts';
export * from './fakes/index.ts';
export * from './test-kernel/index.ts';
