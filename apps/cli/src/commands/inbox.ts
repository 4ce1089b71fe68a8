import type { CommandCall, CommandEnd } from '../command.ts';
import { formatTime } from '../render/figures.ts';
import { glyph } from '../render/glyphs.ts';
import { optionLines } from '../render/option-words.ts';
import { standingWords } from '../render/standing-words.ts';
import { harmless, oneLine } from '../render/text-width.ts';
import { placesOfImages } from '../show-images.ts';
import { storedRuns } from '../stored-runs.ts';
import { withForge } from '../with-forge.ts';

export default function inbox(call: CommandCall): Promise<CommandEnd> {
  const { printer } = call;
  const { style } = printer;
  return withForge(call, async (forge) => {
    const store = await storedRuns(forge);
    let shown = 0;
    for (const request of await store.listRequests({ open: true })) {
      const run = await store.getRun(request.runId);
      if (run === undefined || run.status === 'discarded' || run.status === 'completed') continue;
      shown += 1;
      const { id, kind, title, body, options, runId, createdAt, subjectHash } = request;
      const standing = standingWords(request, call.world.clock.now());
      const hash = subjectHash.slice(0, 12);
      const server = call.global.server ?? call.world.env['FORGE_SERVER'] ?? '';
      const images = printer.json ? [] : await placesOfImages(forge, request, server);
      printer.print({ type: 'request', ...request, task: run.task }, () =>
        [
          `${glyph('ask', style)} ${style.bold(oneLine(title))}`,
          `    ${kind} ${id} · run ${runId} · ${formatTime(createdAt)}`,
          `    ${oneLine(run.task)}`,
          ...(standing === undefined ? [] : [`    ${oneLine(standing)}`]),
          ...(body.trim() === ''
            ? []
            : harmless(body)
                .trim()
                .split('\n')
                .map((line) => `    │ ${line}`)),
          ...images.map(({ alt, place }) => `    ${oneLine(alt)}: ${place}`),
          ...optionLines(options).map((line) => `    ${line}`),
          kind === 'approval'
            ? `    forge approve ${id} --hash ${hash}   or   forge reject ${id} --reason "…"`
            : `    forge answer ${id} "…"`,
          '',
        ].join('\n'),
      );
    }
    if (shown === 0) printer.words('Nothing waits for you.');
  });
}
