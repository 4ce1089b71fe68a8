import type { Logger } from '@forge/plugin-api';

export interface LogEntry {
  readonly level: keyof Logger;
  readonly message: string;
  readonly facts: Record<string, unknown> | undefined;
}

/** Keeps what is logged. */
export function createRecordingLogger(): Logger & { readonly entries: readonly LogEntry[] } {
  const entries: LogEntry[] = [];
  const at = (level: keyof Logger) => (message: string, facts?: Record<string, unknown>) => {
    entries.push({ level, message, facts });
  };
  return { entries, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
