import { eventLine } from './event-lines.ts';
import { applyEvent, viewOf } from './fold-run.ts';
import { formatMoney, formatTokens } from './figures.ts';
import { glyph, recordedMark } from './glyphs.ts';
import type { RunRenderer } from './run-renderer.ts';
import { emptyRunView } from './run-view.ts';
import type { Style } from './style.ts';

/** One line per change, for logs and pipes. */
export function createPlainRenderer(print: (line: string) => void, style: Style): RunRenderer {
  let view = emptyRunView;
  const say = (line: string): void => print(view.recorded ? `${style.yellow(recordedMark)}${line}` : line);
  return {
    restore(events) {
      view = viewOf(events);
      const spent = `${formatMoney(view.spent)}, ${formatTokens(view.spent.tokens)} tokens so far`;
      say(`${glyph('note', style)} run ${view.runId} · branch ${view.branch} · ${spent}`);
    },
    event(event) {
      view = applyEvent(view, event);
      const line = eventLine(event, view);
      if (line !== undefined && !line.detail) say(`${glyph(line.glyph, style)} ${line.text}`);
      if (event.type === 'run.started' && event.payload.base.dirty) say(`${glyph('warn', style)} ${dirtyRemark}`);
    },
    remark: (text) => say(`${glyph('note', style)} ${text}`),
    end: () => {},
  };
}

export const dirtyRemark = 'uncommitted changes are left alone: the run starts from the last commit';
