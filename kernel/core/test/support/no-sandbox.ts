import { definePlugin, type Sandbox } from '@forge/plugin-api';
import type { InlinePlugin } from '../../src/manifests/discover.ts';

const none: Sandbox = {
  name: 'none',
  level: 'process',
  probe: async () => ({ ok: true, detail: 'confines nothing' }),
  wrap: (command) => command,
};

/** A plugin with a sandbox that confines nothing. */
export const noSandbox: InlinePlugin = {
  manifest: {
    name: 'no-sandbox',
    version: '1.0.0',
    type: 'sandbox',
    entry: './none.js',
    provides: { sandboxes: ['none'] },
  },
  definition: definePlugin({ sandboxes: [none] }),
};
