import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  answer,
  callTool,
  commonPrefix,
  say,
  startModelServer,
  turnOf,
  type ModelRequest,
  type Reply,
} from '@forge/testkit/model-server';
import { median, type Bench, type Row } from '../bench.ts';
import { bareLoop, forgeEntry, repository, subjectEnvironment } from '../places.ts';
import { figuresOf, type ProcessFigures } from '../process-figures.ts';

interface Mark extends ProcessFigures {
  readonly at: number;
}

interface Played {
  readonly marks: ReadonlyMap<number, Mark>;
  readonly prefixKept: boolean;
  readonly peakMb: number;
}

const plan = {
  summary: 'Work',
  assessment: { score: 1, gaps: [] },
  assumptions: [],
  tasks: [{ id: 'work', title: 'Work', goal: 'Work', files: [], dependencies: [], acceptance: [] }],
};
const done = { summary: 'done', commit: { type: 'feat', subject: 'work' } };

/**
 * The implementer's loop beside the bare one: write, shell, read in rotation, the same model behind both. What a command
 * that may write costs more, because the workspace is kept before it, has a row of its own.
 */
export const turns: Bench = async ({ short }) => {
  const last = short ? 30 : 100;
  const middle = short ? 25 : 60;
  const rounds = short ? 1 : 5;
  const played = { bare: [] as Played[], forge: [] as Played[], keeping: [] as Played[], floods: [] as Played[] };
  const reading = rotation((turn) => `echo turn ${turn}`);
  const writing = rotation((turn) => `echo turn ${turn} > turn.txt`);
  for (let round = 0; round < rounds; round += 1) {
    played.bare.push(await play([bareLoop, 'go'], reading, last));
    played.forge.push(await play(forgeRun, reading, last));
    played.keeping.push(await play(forgeRun, writing, last));
  }
  played.floods.push(await play(forgeRun, floods, 40));
  const cpu = (of: readonly Played[], from: number, to: number) =>
    median(of.map((one) => perTurn(one, from, to, 'cpuMs')));
  const wall = (of: readonly Played[], from: number, to: number) =>
    median(of.map((one) => perTurn(one, from, to, 'at')));
  const memory = (of: readonly Played[]) => median(of.map(({ marks }) => marks.get(last)?.residentMb ?? Number.NaN));
  const ratio = (
    what: string,
    own: number,
    bare: number,
    unit: string,
    limit: number | undefined,
    beside = 'of the bare loop',
  ): Row => ({
    what,
    value: own / bare,
    unit: 'x',
    ...(limit === undefined ? {} : { limit }),
    detail: `${own.toFixed(1)} ${unit} beside ${bare.toFixed(1)} ${unit} ${beside}`,
  });
  return [
    ratio(
      `CPU of each further turn, turn 20 to ${last}`,
      cpu(played.forge, 20, last),
      cpu(played.bare, 20, last),
      'ms',
      3,
    ),
    ratio(
      'The same with commands that write',
      cpu(played.keeping, 20, last),
      cpu(played.bare, 20, last),
      'ms',
      undefined,
    ),
    ratio(
      `Wall time of each further turn, turn 20 to ${last}`,
      wall(played.forge, 20, last),
      wall(played.bare, 20, last),
      'ms',
      4,
    ),
    ratio(
      `Later turns (${middle} to ${last}) beside earlier ones (20 to ${middle}), CPU`,
      cpu(played.forge, middle, last),
      cpu(played.forge, 20, middle),
      'ms',
      1.3,
      'of its own earlier turns',
    ),
    ratio(`Memory after ${last} turns`, memory(played.forge), memory(played.bare), 'MB', 1.5),
    {
      what: 'Turns that keep the prompt prefix of the turn before',
      value: played.forge.every(({ prefixKept }) => prefixKept) ? 100 : 0,
      unit: '%',
      detail: `of ${last} turns, byte for byte`,
    },
    {
      what: 'Memory after 40 tool results of 50 KB',
      value: played.floods[0]?.peakMb ?? Number.NaN,
      unit: 'MB',
      limit: 250,
      detail: 'peak of the process',
    },
  ];
};

const forgeRun = [forgeEntry, 'run', 'go', '--no-input', '--yes', '--progress', 'none', '--budget', '1000'];

function rotation(command: (turn: number) => string): (turn: number) => Reply {
  return (turn) => {
    const calls = [
      callTool('fs_write', { path: `note-${turn}.txt`, content: `line ${turn}\n`.repeat(20) }),
      callTool('shell', { command: command(turn) }),
      callTool('fs_read', { path: `note-${turn - 2}.txt` }),
    ];
    return calls[turn % calls.length] as Reply;
  };
}

function floods(turn: number): Reply {
  return callTool('shell', {
    command: `head -c 50000 /dev/zero | tr '\\0' '${String.fromCharCode(97 + (turn % 26))}'`,
  });
}

async function play(args: readonly string[], script: (turn: number) => Reply, turnCount: number): Promise<Played> {
  const marks = new Map<number, Mark>();
  let pid = 0;
  let peakMb = 0;
  const conversation: ModelRequest[] = [];
  const server = await startModelServer({
    script: (request) => {
      const figures = figuresOf(pid);
      peakMb = Math.max(peakMb, figures.peakMb);
      if (!request.tools.includes('fs_write'))
        return request.system.includes('review') ? answer({ approved: true, findings: [] }) : answer(plan);
      const turn = turnOf(request);
      marks.set(turn, { ...figures, at: performance.now() });
      conversation.push(request);
      if (turn < turnCount) return script(turn);
      return request.schema === undefined ? say('done') : answer(done);
    },
  });
  const child = spawn(process.execPath, [...args], {
    cwd: repository(5),
    env: subjectEnvironment(server.url),
    stdio: 'ignore',
  });
  pid = child.pid ?? 0;
  await once(child, 'exit');
  await server.close();
  if (!marks.has(turnCount))
    throw new Error(`only ${marks.size} turns were made: ${args.join(' ')}\n${server.complaints.join('\n')}`);
  return { marks, prefixKept: prefixKept(conversation), peakMb };
}

function perTurn({ marks }: Played, from: number, to: number, figure: 'cpuMs' | 'at'): number {
  return ((marks.get(to)?.[figure] ?? Number.NaN) - (marks.get(from)?.[figure] ?? Number.NaN)) / (to - from);
}

function prefixKept(conversation: readonly ModelRequest[]): boolean {
  return commonPrefix(conversation).every(({ kept }) => kept);
}
