export { type Container, createContainer, type Token, token } from './container.ts';
export type { Check, ConfigOrigin, Forge, ForgeOptions, OpenForge, PluginReport } from './forge.ts';
export type { InlinePlugin } from './manifests/discover.ts';
export { openAgent, type OpenAgent, type OpenAgentOptions } from './open-agent.ts';
export { openForge } from './open-forge.ts';
export type { PluginLimits } from './plugins/limits.ts';
export { createMasker, type Masker } from './secrets.ts';
export { verifyCheckpoints, verifyEvents } from './verify-events.ts';
export { systemClock } from './world/system-clock.ts';
