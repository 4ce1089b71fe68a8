import { definePlugin } from '@forge/plugin-api';
import { createSqliteStore } from './sqlite-store.ts';

export default definePlugin({
  setup: (ctx) => {
    const store = createSqliteStore({ directory: ctx.stateDirectory, newId: () => ctx.newId() });
    // The thread starts while other plugins load. What goes wrong is told to the first call, which tries again.
    store.open().catch(() => undefined);
    return { stores: [store], stop: () => store.close() };
  },
});
