import type { Clock } from '@forge/plugin-api';
import { applyEvent, viewOf } from './fold-run.ts';
import { glyph, recordedMark } from './glyphs.ts';
import { drawRun } from './picture.ts';
import { dirtyRemark } from './plain-renderer.ts';
import type { RunRenderer } from './run-renderer.ts';
import { emptyRunView } from './run-view.ts';
import type { Style } from './style.ts';
import type { Terminal } from './terminal.ts';

const frameMs = 100;

/** The run as a picture that is drawn again in place, ten times a second at most. */
export function createTtyRenderer(
  terminal: Terminal,
  { clock, style, hint }: { readonly clock: Clock; readonly style: Style; readonly hint: string },
): RunRenderer {
  let view = emptyRunView;
  const ended = new AbortController();
  const draw = (lastHint: string): void => {
    if (view.runId === '') return;
    const { columns, rows } = terminal;
    terminal.draw(drawRun(view, { now: clock.now(), style, columns: columns - 1, rows, hint: lastHint }));
  };
  const keepDrawing = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      draw(hint);
      await clock.sleep(frameMs, ended.signal).catch(() => {});
    }
  };
  const remark = (text: string): void =>
    terminal.print(`${view.recorded ? style.yellow(recordedMark) : ''}${glyph('note', style)} ${text}`);
  void keepDrawing();
  return {
    restore(events) {
      view = viewOf(events);
    },
    event(event) {
      view = applyEvent(view, event);
      if (event.type === 'run.started' && event.payload.base.dirty) remark(dirtyRemark);
    },
    remark,
    end() {
      ended.abort();
      draw('');
      terminal.settle();
    },
  };
}
