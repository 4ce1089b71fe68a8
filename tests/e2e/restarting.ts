import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { errorTable, exitCodes, type ForgeEvent } from '@forge/plugin-api';

const entry = fileURLToPath(new URL('../chaos/forge-entry.ts', import.meta.url));
// Where the command line keeps its compiled code, too.
const compiled = fileURLToPath(new URL('../../apps/cli/dist/.compiled/', import.meta.url));

export interface Command {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly words: readonly string[];
}

export interface Chain {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Those that became durable since the command was given. */
  readonly events: readonly ForgeEvent[];
  readonly deaths: number;
}

interface Life {
  /** Undefined: it was ended. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line with something that happens at crash points; `crash` as forge-entry.ts has it. */
export function crashing({ cwd, env, words }: Command, crash: string) {
  return {
    file: process.execPath,
    args: [entry, ...words],
    options: { cwd, env: { ...env, NODE_COMPILE_CACHE: compiled, CRASH: crash } },
  };
}

/**
 * Carries out a command in processes that are ended one after the other, each when it has got about so many events
 * further than the one before it, until the run is over, waits for something, or could not be begun.
 */
export async function throughRestarts(command: Command, step = 1): Promise<Chain> {
  const database = join(command.env['FORGE_HOME'] ?? join(command.cwd, '.forge'), 'runs.db');
  const before = eventsIn(database);
  const since = () => eventsSince(database, before);
  const words = withBudget(command.words);
  let life = await oneLife({ ...command, words }, step);
  const chain = { stdout: life.stdout, stderr: life.stderr, deaths: 0 };
  let [events, progress] = [2, 0];
  for (let known = since(); ; ) {
    if (life.code === undefined) chain.deaths += 1;
    const runId = known.at(-1)?.traceId;
    const code = runId === undefined ? (life.code ?? -1) : endOf(life, known, chain.deaths > 0);
    if (code !== undefined || runId === undefined) return { ...chain, code: code ?? -1, events: known };
    const now = progressOf(known);
    // What a process says again, before it says something new, differs: one event less after each step, one more without.
    events = now > progress ? Math.max(2, events - 1) : events + 1;
    progress = now;
    life = await oneLife({ ...command, words: ['resume', runId, ...kept(words)] }, events + step - 1);
    const longer = since();
    if (known.some(({ hash }, at) => hash !== longer[at]?.hash)) throw new Error('An event that was durable is lost');
    known = longer;
    chain.stdout += life.stdout;
    chain.stderr += life.stderr;
  }
}

async function oneLife(command: Command, events: number): Promise<Life> {
  const { file, args, options } = crashing(command, `kill event.stored ${events}`);
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr] = [child.stdout, child.stderr].map((stream) => stream.setEncoding('utf8').toArray());
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    child.on('close', (...end) => resolve(end)),
  );
  return {
    code: signal === 'SIGKILL' ? undefined : (code ?? -1),
    stdout: ((await stdout) ?? []).join(''),
    stderr: ((await stderr) ?? []).join(''),
  };
}

/** The exit code when nothing is to be gone on with; undefined when a person, or the next process, goes on. */
function endOf({ code }: Life, events: readonly ForgeEvent[], hasDied: boolean): number | undefined {
  const last = events.findLast(({ type }) => /^run\.(started|resumed|parked|completed|failed)$/.test(type));
  // Nobody but a person goes on with a run whose process ended too often before a step was finished.
  if (last?.type === 'run.parked' && last.payload.reason === 'recovery-limit') return undefined;
  // Who died right after the end has nothing to go on with, and the next process tidies up.
  if (last?.type === 'run.completed') return code === undefined ? undefined : hasDied && code === 2 ? 0 : code;
  if (last?.type === 'run.parked' || last?.type === 'run.failed')
    return code ?? exitCodes[errorTable[last.payload.code as keyof typeof errorTable]];
  return code;
}

/** How far the run has come: what was said twice, because it was cut in the middle, counts once. */
function progressOf(events: readonly ForgeEvent[]): number {
  const facts = events.map(({ type, executionId, taskId, phase, payload }) =>
    JSON.stringify([type, executionId, taskId, phase, 'ordinal' in payload ? payload.ordinal : undefined]),
  );
  return new Set(facts).size;
}

/** Each call that was cut counts with what it may have cost at most: together more than a run may cost by default. */
function withBudget(words: readonly string[]): readonly string[] {
  return words.includes('run') && !words.includes('--budget') ? [...words, '--budget', '100'] : words;
}

const keptFlags: ReadonlySet<string> = new Set(['--yes', '--json', '--trust', '--no-input', '--no-wait']);
const keptOptions: ReadonlySet<string> = new Set(['--provider', '--model']);

/** What also holds for who goes on. */
function kept(words: readonly string[]): readonly string[] {
  return words.filter(
    (word, at) => keptFlags.has(word) || keptOptions.has(word) || keptOptions.has(words[at - 1] ?? ''),
  );
}

function eventsSince(database: string, before: readonly ForgeEvent[]): readonly ForgeEvent[] {
  const old = new Set(before.map(({ hash }) => hash));
  return eventsIn(database).filter(({ hash }) => !old.has(hash));
}

/** All that is durable, by their runs and in their order. */
export function eventsIn(database: string): ForgeEvent[] {
  if (!existsSync(database)) return [];
  const opened = new DatabaseSync(database, { readOnly: true });
  try {
    const rows = opened.prepare('SELECT body FROM events ORDER BY rowid').all() as { body: string }[];
    return rows.map(({ body }) => JSON.parse(body) as ForgeEvent);
  } finally {
    opened.close();
  }
}
