import type { Sandbox } from '@forge/plugin-api';

/**
 * Adds nothing to what the kernel does for every command: a process group that is ended as a whole and the least
 * environment. The command sees the same files and the same network as the person who started Forge.
 */
export const processSandbox: Sandbox = {
  name: 'process',
  level: 'process',
  probe: async () => ({ ok: true, detail: 'own process group and least environment; same files and network' }),
  wrap: (command) => command,
};
