import type { SandboxPolicy, ToolCommand, ToolContext } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { createToolContexts } from '../../src/execution/tool-context.ts';
import type { Run } from '../../src/run/run.ts';

interface Ran {
  readonly policy: SandboxPolicy;
  readonly command: Readonly<Record<string, unknown>>;
}

const ended = { exitCode: 0, output: { text: '' } };

/** The context of a call, and what of its commands got as far as the sandbox. */
async function scene(): Promise<{ ctx: ToolContext; ran: Ran[] }> {
  const ran: Ran[] = [];
  const keep = (command: Ran['command']) => {
    ran.push({ command, policy: command['policy'] as SandboxPolicy });
    return ended;
  };
  const run = {
    id: 'run',
    deps: { log: undefined, mask: (text: string) => text },
    sandbox: {
      network: 'none',
      sandbox: { wrap: (command: object, policy: SandboxPolicy) => ({ ...command, policy }) },
    },
    workspaces: { writable: [] },
    processes: {
      privatePlace: async () => ({ home: '/home', temporary: '/tmp' }),
      environment: () => ({ PATH: '/bin' }),
      visibility: { readable: [], hidden: ['/secrets'] },
      runner: {
        run: async (command: Ran['command']) => keep(command),
        converse: async (command: Ran['command']) => ({
          ended: Promise.resolve(keep(command)),
          streams: undefined,
        }),
      },
    },
  } as unknown as Run;
  const contexts = createToolContexts(run, {
    executionId: 'execution',
    signal: new AbortController().signal,
    emit: undefined as never,
    workspace: async () => ({ path: '/work' }) as never,
  });
  return { ctx: await contexts.contextFor('key', new AbortController().signal, () => undefined), ran };
}

describe('a command of a tool', () => {
  /** A plugin in another process is bound by no type. */
  const greedy = {
    file: 'sh',
    args: ['-c', 'true'],
    timeoutMs: 5,
    stdin: 'words',
    network: 'full',
    workspace: '/',
    marker: 'nobody',
    place: { home: '/', temporary: '/' },
    keptBytes: 1e12,
    signal: undefined,
  } as ToolCommand;

  it.each<[string, (ctx: ToolContext) => Promise<unknown>]>([
    ['exec', (ctx) => ctx.exec(greedy)],
    ['start', (ctx) => ctx.start(greedy)],
  ])('%s: widens nothing by what it says', async (_, begin) => {
    const { ctx, ran } = await scene();
    await begin(ctx).catch(() => undefined);
    expect(ran).toHaveLength(1);
    const [{ policy, command }] = ran as [Ran];
    expect(policy).toEqual({
      writable: ['/work', '/home', '/tmp'],
      readable: [],
      hidden: ['/secrets'],
      network: 'none',
    });
    expect(command).toMatchObject({
      file: 'sh',
      args: ['-c', 'true'],
      cwd: '/work',
      marker: 'run/execution',
      output: { headBytes: 12_000, tailBytes: 12_000 },
      signal: expect.any(AbortSignal),
    });
  });

  it('has its input, its limit, and with start its variables', async () => {
    const { ctx, ran } = await scene();
    await ctx.exec({ ...greedy, env: { LD_PRELOAD: '/x' } } as ToolCommand);
    await ctx.start({ file: 'sh', args: [], env: { KEY: 'value' } }).catch(() => undefined);
    expect(ran[0]?.command).toMatchObject({ stdin: 'words', timeoutMs: 5, env: { PATH: '/bin' } });
    expect(ran[1]?.command).toMatchObject({ env: { PATH: '/bin', KEY: 'value' } });
  });
});
