import type { CommandCall, CommandEnd } from '../command.ts';
import { faultObjects } from '../render/faults.ts';
import { glyph, glyphs } from '../render/glyphs.ts';
import { drawTable } from '../render/table.ts';
import { oneLine } from '../render/text-width.ts';
import { withForge } from '../with-forge.ts';

export default function skills(call: CommandCall): Promise<CommandEnd> {
  const { printer } = call;
  return withForge(call, async (forge) => {
    const { skills: found, faults } = await forge.skills();
    for (const skill of found) printer.object({ ...skill, files: [...skill.files], type: 'skill' });
    for (const fault of faults.flatMap(faultObjects)) printer.object(fault);
    if (found.length + faults.length === 0)
      return printer.words('There are no skills in .agents/skills, in .claude/skills and in the plugins.');
    const rows = found.map(({ name, source, description }) => [glyphs.done, name, source, oneLine(description)]);
    if (rows.length > 0) printer.words(drawTable(rows, [{}, {}, {}, { flexible: true }], printer.columns));
    for (const { message } of faults) printer.words(`${glyph('failed', printer.style)} ${oneLine(message)}`);
  });
}
