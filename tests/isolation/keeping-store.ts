import { createToolContext } from '@forge/testkit/fakes';
import type { Isolated, PluginFiles } from './isolated.ts';

/**
 * A store that keeps what it was asked in a file of its own, and does all of it again when it starts. With `dieAt` its
 * process ends at that append, once: before the change is kept, or after.
 */
const code = `
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { definePlugin, defineTool, z } from '@forge/plugin-api';
import { createMemoryRunStore } from './src/parts/memory-run-store.ts';

const reads = /^(get|list|read|count|measure|close)/;

export default definePlugin({
  options: z.strictObject({ dieAt: z.int().optional(), isKept: z.boolean().optional() }),
  async setup({ stateDirectory, options: { dieAt, isKept } }) {
    const [kept, died] = ['kept', 'died'].map((name) => join(stateDirectory, name));
    let store = createMemoryRunStore();
    let appends = 0;
    const lines = existsSync(kept) ? readFileSync(kept, 'utf8').split('\\n').filter((line) => line !== '') : [];
    for (const line of lines) {
      const [method, args] = deserialize(Buffer.from(line, 'base64'));
      appends += method === 'append' ? 1 : 0;
      await store[method](...args).catch(() => undefined);
    }
    const keep = (change) => appendFileSync(kept, serialize(change).toString('base64') + '\\n');
    const change = (method, args) => {
      const dies = method === 'append' && ++appends === dieAt && !existsSync(died);
      if (dies) writeFileSync(died, '');
      if (!dies || isKept) keep([method, args]);
      if (dies) process.exit(9);
    };
    const rows = Object.keys(store).map((name) => [name, async (...args) => {
      if (!reads.test(name)) change(name, args);
      return store[name](...args);
    }]);
    const orders = {
      end: () => process.exit(0),
      clear: () => {
        rmSync(kept, { force: true });
        store = createMemoryRunStore();
      },
    };
    const order = defineTool({
      name: 'order', description: 'For the test', effect: 'read',
      schema: { input: z.strictObject({ what: z.enum(['end', 'clear']) }), output: z.unknown() },
      execute: async ({ what }) => orders[what](),
    });
    return { stores: [{ ...Object.fromEntries(rows), name: 'keeping' }], tools: [order] };
  },
});
`;

export const keepingStore: PluginFiles = {
  template: 'store',
  code,
  manifest: { entry: './index.ts', provides: { stores: ['keeping'], tools: ['order'] } },
};

/** Has its process end, so that the next call starts another one, or has it forget all. */
export async function tellStore({ forge }: Isolated, what: 'end' | 'clear'): Promise<void> {
  const order = await forge.get('tool', 'order');
  const told = order.execute({ what }, createToolContext({ workspace: '/' }));
  await (what === 'end' ? told.catch(() => undefined) : told);
}
