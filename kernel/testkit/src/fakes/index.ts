export {
  type AgentCall,
  type AgentContextOptions,
  createAgentContext,
  type ScriptedAgentContext,
} from './agent-context.ts';
export { createFaultStore, type FaultStore, type StoreFault } from './fault-store.ts';
export { createMemoryBus } from './memory-bus.ts';
export { createMemoryMemoryStore } from './memory-memory-store.ts';
export { createMemoryRunStore } from './memory-run-store/memory-run-store.ts';
export { createPluginContext, type PluginContextOptions } from './plugin-context.ts';
export { createRecordingLogger, type LogEntry } from './recording-logger.ts';
export {
  createScriptedInteraction,
  noAnswer,
  type ScriptedAnswer,
  type ScriptedInteraction,
} from './scripted-interaction.ts';
export { createScriptedProvider, type ScriptedProvider } from './scripted-provider.ts';
export { createSeededIds, createSeededRandom } from './seeded-random.ts';
export { createToolContext, type ToolContextOptions } from './tool-context.ts';
export { createVirtualClock, type VirtualClock } from './virtual-clock.ts';
