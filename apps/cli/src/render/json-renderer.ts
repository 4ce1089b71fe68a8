import { jsonLine } from './json-line.ts';
import type { RunRenderer } from './run-renderer.ts';

/** The events as they are stored, one JSON object per line. */
export function createJsonRenderer(write: (line: string) => void): RunRenderer {
  return {
    restore: () => {},
    event: (event) => write(jsonLine(event)),
    remark: () => {},
    end: () => {},
  };
}
