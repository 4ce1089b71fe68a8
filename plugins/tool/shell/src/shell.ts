import { defineTool, z } from '@forge/plugin-api';
import { onlyReads } from './only-reads.ts';

const defaultSeconds = 120;
const mostSeconds = 600;

const input = z.strictObject({ command: z.string(), timeoutSeconds: z.number().optional() });
const output = z.strictObject({
  /** Undefined when a signal or the time limit ended it. */
  exitCode: z.number().optional(),
  signal: z.string().optional(),
  /** The limit that it ran into, in seconds. */
  timedOutAfter: z.number().optional(),
  output: z.string(),
});

/**
 * A command that fails is no failing call: its exit code and output are what the model wants to see. Rejects only when
 * no command could be run at all.
 */
export const shell = defineTool({
  name: 'shell',
  description: `Runs a command line with sh in the workspace; gives output (head and tail) and exit code. No input, nothing stays running. timeoutSeconds: default ${defaultSeconds}, at most ${mostSeconds}.`,
  schema: { input, output },
  effect: 'workspace',
  touches: ({ command }) => (onlyReads(command) ? [] : undefined),
  // The command's own limit comes first; this one is for a machine that cannot even end it.
  timeoutMs: (mostSeconds + 30) * 1000,
  describe: ({ command }) => firstLine(command),
  async execute({ command, timeoutSeconds = defaultSeconds }, ctx) {
    const seconds = Math.min(mostSeconds, Math.max(1, timeoutSeconds));
    const result = await ctx.exec({ file: 'sh', args: ['-c', command], timeoutMs: seconds * 1000 });
    return {
      output: result.output,
      ...(result.exitCode === undefined ? {} : { exitCode: result.exitCode }),
      ...(result.signal === undefined ? {} : { signal: result.signal }),
      ...(result.timedOut ? { timedOutAfter: seconds } : {}),
    };
  },
  render(result) {
    const text = result.output === '' || result.output.endsWith('\n') ? result.output : `${result.output}\n`;
    return `${text}[${ending(result)}]`;
  },
});

function ending({ exitCode, signal, timedOutAfter }: z.output<typeof output>): string {
  if (timedOutAfter !== undefined) return `stopped after ${timedOutAfter} s`;
  return exitCode === undefined ? `ended by ${signal ?? 'a signal'}` : `exit code ${exitCode}`;
}

function firstLine(command: string): string {
  const line = command.trim().split('\n', 1)[0] ?? '';
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
