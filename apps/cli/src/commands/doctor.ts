import { faultsOf } from '@forge/plugin-api';
import type { CommandCall, CommandEnd } from '../command.ts';
import { glyph } from '../render/glyphs.ts';
import { harmless, oneLine } from '../render/text-width.ts';
import { withForge } from '../with-forge.ts';

interface Row {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly fix?: string | undefined;
}

export default async function doctor(call: CommandCall): Promise<CommandEnd> {
  const { printer } = call;
  const rows: Row[] = [];
  try {
    await withForge(call, async (forge) => void rows.push(...(await forge.doctor())));
  } catch (error) {
    // A configuration that cannot be read is what the doctor is for.
    rows.push(
      ...faultsOf(error).map(({ code, message, details }) => ({
        name: code.toLowerCase().replaceAll('_', ' '),
        ok: false,
        detail: [details.where, message].filter(Boolean).join(' '),
        fix: details.fix,
      })),
    );
  }
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const { name, ok, detail, fix } of rows) {
    printer.print({ type: 'check', name, ok, detail, fix }, () =>
      [
        `${glyph(ok ? 'done' : 'failed', printer.style)} ${name.padEnd(width)}  ${oneLine(detail)}`,
        ...(fix === undefined || ok
          ? []
          : [`${' '.repeat(width + 4)}fix: ${harmless(fix).replaceAll('\n', `\n${' '.repeat(width + 9)}`)}`]),
      ].join('\n'),
    );
  }
  const missing = rows.filter(({ ok }) => !ok).length;
  printer.words(
    missing === 0 ? '\nAll is there. Start: forge run "<task>"' : `\n${missing} to fix, then again: forge doctor`,
  );
  return { code: missing === 0 ? 0 : 7, missing };
}
