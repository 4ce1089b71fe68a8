import { client, methods, ndJsonStream, PROTOCOL_VERSION, type StopReason } from '@agentclientprotocol/sdk';
import {
  type Clock,
  defineTool,
  forgeError,
  isForgeError,
  type StartedProcess,
  type ToolContext,
  z,
} from '@forge/plugin-api';
import { decidePermission, deeds } from './decide-permission.ts';
import type { AcpOptions } from './options.ts';
import { type Reply, replySchema } from './reply.ts';
import { createSessionWatch, type SessionWatch } from './session-watch.ts';
import { readTextFile, writeTextFile } from './workspace-files.ts';

const input = z.strictObject({
  prompt: z.string().min(1),
  /** What it may do beyond looking. Default: nothing. */
  may: z.array(z.enum(deeds)).default([]),
});
type Input = z.output<typeof input>;

export interface AcpPromptDeps {
  readonly options: AcpOptions;
  secret(name: string): string | undefined;
  readonly clock: Pick<Clock, 'sleep'>;
}

/**
 * One session of the other agent, with one prompt. Nobody can go on with a session that was cut: after a crash the
 * workspace is as it was before, and it is asked again.
 */
export function createAcpPrompt(deps: AcpPromptDeps) {
  const { options } = deps;
  return defineTool({
    name: 'acp_prompt',
    description: 'Gives a task to another coding agent, which works on it in the workspace until it is done.',
    schema: { input, output: replySchema },
    effect: 'workspace',
    timeoutMs: Math.ceil(options.minutes * 60_000),
    describe: () => `${options.command}: working`.slice(0, 200).replaceAll('\n', ' '),
    render: ({ message, stopReason }) => message || `It ended without a word (${stopReason}).`,
    async execute(asked, ctx) {
      ctx.signal.throwIfAborted();
      const started = await ctx.start({ file: options.command, args: options.args, env: environment(deps) });
      const watch = createSessionWatch(ctx);
      try {
        return await Promise.race([converse(asked, started, watch, ctx, deps), diedEarly(started)]);
      } catch (error) {
        ctx.signal.throwIfAborted();
        if (isForgeError(error)) throw error;
        // A line that is cut says little; how the program behind it ended says more.
        await Promise.race([diedEarly(started), deps.clock.sleep(1_000)]);
        throw forgeError('TOOL_FAILED', wordsOf(error, options), { cause: error });
      } finally {
        started.kill();
        await started.ended.catch(() => undefined);
      }
    },
  });
}

function environment({ options, secret }: AcpPromptDeps): Record<string, string> {
  const secrets = options.secrets.map((name) => {
    const value = secret(name);
    if (value === undefined)
      throw forgeError('PLUGIN_OPTIONS', `The coding agent needs the environment variable ${name}, which is not set`);
    return [name, value] as const;
  });
  return { ...options.env, ...Object.fromEntries(secrets) };
}

async function converse(
  { prompt, may }: Input,
  started: StartedProcess,
  watch: SessionWatch,
  ctx: ToolContext,
  deps: AcpPromptDeps,
): Promise<Reply> {
  const { workspace, signal } = ctx;
  const app = client({ name: 'forge' })
    .onRequest(methods.client.session.requestPermission, ({ params }) => {
      const { allowed, response } = decidePermission(params, { workspace, may });
      watch.tell(`${allowed ? 'allowed' : 'refused'}: ${params.toolCall.title ?? params.toolCall.kind ?? 'a call'}`);
      return response;
    })
    .onRequest(methods.client.fs.readTextFile, async ({ params }) => ({
      content: await readTextFile(ctx, params.path, params.line, params.limit),
    }))
    .onRequest(methods.client.fs.writeTextFile, async ({ params }) => {
      if (!may.includes('edit')) throw forgeError('PERMISSION_MISSING', 'This run lets no agent write files');
      watch.tell(`writing ${params.path}`);
      await writeTextFile(ctx, params.path, params.content);
      return {};
    });
  return app.connectWith(ndJsonStream(started.stdin, started.stdout), async (agent) => {
    const begun = await inTime(
      deps,
      (async () => {
        const answer = await agent.request(methods.agent.initialize, {
          protocolVersion: PROTOCOL_VERSION,
          clientCapabilities: { fs: { readTextFile: true, writeTextFile: true } },
        });
        if (answer.protocolVersion !== PROTOCOL_VERSION)
          throw forgeError('TOOL_FAILED', `The coding agent speaks version ${answer.protocolVersion} of ACP`, {
            why: `Forge speaks version ${PROTOCOL_VERSION}`,
          });
        return { answer, session: await agent.buildSession(workspace).start() };
      })(),
    );
    const { session, answer } = begun;
    const name = answer.agentInfo?.name ?? deps.options.command;
    const cancel = () =>
      void agent.notify(methods.agent.session.cancel, { sessionId: session.sessionId }).catch(() => undefined);
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const response = session.prompt(prompt);
      response.catch(() => undefined);
      for (;;) {
        const next = await Promise.race([session.nextUpdate(), failureOf(response)]);
        if (next.kind === 'stop') break;
        watch.see(next.update);
      }
      const end = await response;
      const known = watch.pay(name, end);
      refuse(end.stopReason, name);
      return { agent: name, message: watch.message, stopReason: end.stopReason, cost: known ? 'reported' : 'unknown' };
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  });
}

/** Settles only when the prompt is refused: how it ends otherwise comes as an update. */
function failureOf(response: Promise<unknown>): Promise<never> {
  return new Promise((_, reject) => void response.catch(reject));
}

/** Ends that are no result. What it has used is paid for all the same. */
function refuse(reason: StopReason, name: string): void {
  if (reason === 'refusal') throw forgeError('LLM_REFUSED', `${name} declined the task`);
  if (reason === 'cancelled') throw forgeError('TOOL_FAILED', `${name} stopped by itself before it was done`);
}

async function diedEarly({ ended }: StartedProcess): Promise<never> {
  const { exitCode, signal, output } = await ended;
  const how = exitCode === undefined ? `was ended by ${signal ?? 'a signal'}` : `ended with exit code ${exitCode}`;
  throw forgeError('TOOL_FAILED', `The coding agent ${how} before it was done`, {
    ...(output.trim() === '' ? {} : { why: output.trim().slice(-2_000) }),
  });
}

/** An agent that does not even start must not take all the time of the task. */
async function inTime<T>({ options, clock }: AcpPromptDeps, work: Promise<T>): Promise<T> {
  const over = new AbortController();
  const late = clock.sleep(options.startSeconds * 1000, over.signal).then((): never => {
    throw forgeError('TOOL_FAILED', `The coding agent did not start within ${options.startSeconds} s`, {
      fix: 'see that the command speaks ACP over standard input and output; raise startSeconds',
    });
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    over.abort();
  }
}

function wordsOf(error: unknown, { command }: AcpOptions): string {
  return `${command} failed: ${error instanceof Error ? error.message : String(error)}`;
}
