import { resolve } from 'node:path';
import type { Examination, ExaminedPlugin, LoadedFolder } from '@forge/core/installation';
import { exitCodes, type ForgeError, forgeError } from '@forge/plugin-api';
import type { CommandCall, CommandEnd } from '../command.ts';
import { optionTexts } from '../plugin-option-texts.ts';
import { drawFaults, faultObjects } from '../render/faults.ts';
import { glyph } from '../render/glyphs.ts';
import { oneLine } from '../render/text-width.ts';
import { partWords } from '../plugin-part-words.ts';
import { forgeOptions } from '../with-forge.ts';

/** All plugins, one by name, or the plugin of a folder, which need not be named anywhere. */
export default async function pluginDoctor(
  call: CommandCall<{ readonly option?: readonly string[] }>,
): Promise<CommandEnd> {
  const { examinePlugins, loadFolder } = await import('@forge/core/installation');
  const [wanted] = call.words;
  if (wanted !== undefined && /^\.{0,2}(\/|$)/.test(wanted)) {
    const folder = resolve(call.directory, wanted);
    return showLoaded(
      call,
      await loadFolder(forgeOptions(call), { folder, options: optionTexts(call.options.option) }),
    );
  }
  const examination = await examinePlugins(forgeOptions(call), wanted);
  if (wanted !== undefined && examination.plugins.length === 0) {
    throw forgeError('PLUGIN_NOT_FOUND', `There is no plugin ${wanted} here`, { fix: 'see forge plugin list' });
  }
  return show(call, examination);
}

function show(call: CommandCall, { plugins, faults }: Examination): CommandEnd {
  const { printer } = call;
  for (const plugin of plugins) {
    const { faults: own, manifest, ...facts } = plugin;
    const errors = own.flatMap(faultObjects);
    printer.print({ ...facts, type: 'plugin.check', version: manifest?.version, faults: errors }, () =>
      [
        `${glyph(plugin.ok ? 'done' : 'failed', printer.style)} ${lineOf(plugin)}`,
        ...(plugin.notes ?? []).map((note) => `    ${glyph('note', printer.style)} ${oneLine(note)}`),
        ...drawn(call, own),
      ].join('\n'),
    );
  }
  for (const fault of faults) for (const object of faultObjects(fault)) printer.object(object);
  if (faults.length > 0) printer.words(drawn(call, faults).join('\n'));
  const failed = plugins.filter(({ ok }) => !ok).length;
  const all = failed === 0 && faults.length === 0;
  printer.words(
    all ? '\nAll plugins are well.' : `\n${failed + faults.length} to fix, then again: forge plugin doctor`,
  );
  return { code: all ? exitCodes.done : exitCodes.plugin, failed };
}

function lineOf({ name, manifest, state, check, missingSecrets, promptTokens }: ExaminedPlugin): string {
  const facts = [
    state === 'ok' ? '' : state,
    check?.ok === true ? check.detail : '',
    promptTokens ? `${promptTokens} tokens in prompts` : '',
    ...missingSecrets.map((secret) => `${secret} is not set`),
  ].filter(Boolean);
  return [`${name} ${manifest?.version ?? ''}`.trim(), ...facts].join(', ');
}

function drawn({ printer }: CommandCall, faults: readonly ForgeError[]): string[] {
  return faults.map((fault) => drawFaults(fault, { style: printer.style, debug: false }).replace(/^/gm, '    '));
}

function showLoaded({ printer }: CommandCall, { manifest, parts, ...found }: LoadedFolder): void {
  const { provides } = manifest;
  const brings = [...Object.values(provides).flat(), ...partWords(parts)].map(oneLine).join(', ');
  printer.print(
    { type: 'plugin.loaded', name: manifest.name, version: manifest.version, provides, ...parts, ...found },
    () =>
      [
        `${glyph('done', printer.style)} ${manifest.name} ${manifest.version} loads: ${brings}`,
        ...(found.promptTokens === 0 ? [] : [`  costs about ${found.promptTokens} tokens in every prompt`]),
        ...(found.check === undefined ? [] : [`  its check: ${found.check.detail}`]),
        ...parts.notes.map((note) => `  note: ${oneLine(note)}`),
        ...found.missingSecrets.map((name) => `  not set: ${name}`),
      ].join('\n'),
  );
}
