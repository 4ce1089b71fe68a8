import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { forgeError, kinds } from '@forge/plugin-api';
import type { CommandCall, CommandEnd } from '../command.ts';
import { createInteraction } from '../interaction.ts';
import { glyph } from '../render/glyphs.ts';

/** Folders of the repository, or beside the bundle. */
const templates = fileURLToPath(new URL('../../../../tools/plugin-templates/', import.meta.url));

export default async function pluginCreate(
  call: CommandCall<{ readonly kind?: string; readonly directory?: string }>,
): Promise<CommandEnd> {
  const { createPlugin } = await import('@forge/core/installation');
  const { directory, options, printer, words } = call;
  const [name = ''] = words;
  const folder = resolve(directory, options.directory ?? name.replace(/^@[^/]*\//, ''));
  const created = await createPlugin({ name, kind: options.kind ?? (await kindOf(call)), folder, templates });
  printer.print({ type: 'plugin.created', ...created }, () =>
    [
      `${glyph('done', printer.style)} ${name} is in ${folder}`,
      ...created.files.map((file) => `    ${file}`),
      '',
      '  Next   npm install --ignore-scripts   in there: what its tests need; README.md says more',
      '         npm test                       the contract of its kind passes',
      `         forge plugin dev ${options.directory ?? folder}`,
    ].join('\n'),
  );
}

async function kindOf(call: CommandCall): Promise<string> {
  const prompt = {
    title: 'What does it bring?',
    options: kinds.map((kind) => ({ id: kind, label: kind })),
    initial: 'tool',
    freeText: false,
  };
  const answer = await createInteraction(call).ask(prompt, call.world.interrupted);
  if (answer !== undefined) return answer;
  throw forgeError('USAGE', 'What does the plugin bring?', { fix: `say it with --kind ${kinds.join('|')}` });
}
