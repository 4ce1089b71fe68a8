import { resolve } from 'node:path';
import type { FailedTest, TestedContribution, TestedPlugin } from '@forge/core/installation';
import { exitCodes } from '@forge/plugin-api';
import type { CommandCall, CommandEnd } from '../command.ts';
import { glyph } from '../render/glyphs.ts';
import { harmless } from '../render/text-width.ts';

export default async function pluginTest(call: CommandCall): Promise<CommandEnd> {
  const { testPlugin } = await import('@forge/core/installation');
  const { directory, printer, words, world } = call;
  const folder = resolve(directory, words[0] ?? '.');
  const { env, worker, interrupted: signal } = world;
  const tested = await testPlugin({ folder, env, node: worker.file, signal });
  for (const contribution of tested.contributions) {
    printer.print({ type: 'plugin.contract', ...contribution }, () => drawContract(call, contribution));
  }
  printer.print({ type: 'plugin.tests', ...tested.others }, () => drawOthers(call, tested));
  return { code: tested.ok ? exitCodes.done : exitCodes.failed };
}

function drawContract({ printer }: CommandCall, { kind, name, hasContract, ...counts }: TestedContribution): string {
  const head = `${kind} ${name}`;
  if (!hasContract) {
    return `${glyph('failed', printer.style)} ${head}  no test runs its contract: ${kind}Contract({ name: '${name}', … })`;
  }
  const skipped = counts.skipped === 0 ? '' : `, ${counts.skipped} skipped`;
  const facts = `${counts.passed} of its contract kept, ${counts.failed.length} broken${skipped}`;
  return [
    `${glyph(counts.failed.length === 0 ? 'done' : 'failed', printer.style)} ${head}  ${facts}`,
    ...drawFailed(counts.failed),
  ].join('\n');
}

function drawOthers({ printer }: CommandCall, { others }: TestedPlugin): string {
  const { passed, failed } = others;
  const word = failed.length === 0 ? 'done' : 'failed';
  return [
    `${glyph(word, printer.style)} own tests  ${passed} passed, ${failed.length} failed`,
    ...drawFailed(failed),
  ].join('\n');
}

function drawFailed(failed: readonly FailedTest[]): string[] {
  return failed.map(({ name, message }) => `    ${harmless(`${name}\n${message}`).replaceAll('\n', '\n      ')}`);
}
