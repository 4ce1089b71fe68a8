import { forgeError } from '@forge/plugin-api';
import type { CommandCall, CommandEnd } from '../command.ts';
import { drawTable } from '../render/table.ts';
import { withForge } from '../with-forge.ts';

const secret = /(api.?key|token|secret|password|credential|authorization)/i;

export default function configShow(call: CommandCall): Promise<CommandEnd> {
  const { printer, words } = call;
  const [only] = words;
  return withForge(call, async (forge) => {
    const rows = forge.origins.filter(({ path }) => only === undefined || path === only || path.startsWith(`${only}.`));
    if (rows.length === 0) {
      throw forgeError('USAGE', `There is no setting ${only}`, { fix: 'see all of them: forge config show' });
    }
    for (const { path, value, source } of rows) {
      printer.object({ type: 'setting', path, value: masked(path, value), source });
    }
    const table = rows.map(({ path, value, source }) => [
      path,
      JSON.stringify(masked(path, value)) ?? '',
      printer.style.dim(source),
    ]);
    printer.words(drawTable(table, [{}, { flexible: true }, {}], printer.columns));
  });
}

/** The same value, with `***` for whatever is called like a secret. */
function masked(path: string, value: unknown): unknown {
  if (secret.test(path.split('.').at(-1) ?? '') && typeof value === 'string') return '***';
  if (Array.isArray(value)) return value.map((item) => masked('', item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, masked(key, item)]));
}
