import { definePlugin } from '@forge/plugin-api';
import { createTerminalGate } from './terminal-gate.ts';

export default definePlugin({
  setup: ({ interaction }) => ({ gates: [createTerminalGate(interaction)] }),
});
