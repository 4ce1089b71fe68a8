import {
  type AgentContext,
  type ExecutionHost,
  type ExecutionJob,
  forgeError,
  isForgeError,
  type Json,
  type Kind,
  type WebhookMessage,
} from '@forge/plugin-api';
import type { Described } from '@forge/worker-protocol';
import { guardRules } from '../guards/index.ts';
import type { LentHost } from './door.ts';
import type { Grants } from './grants.ts';
import type { Listeners } from './listeners.ts';
import type { ProcessPool } from './process-pool.ts';

export interface IsolatedCallerDeps {
  readonly pool: ProcessPool;
  readonly listeners: Listeners;
  readonly grants: Grants;
  readonly plugin: string;
  /** Until what it gives is called, the plugin may connect there; it says why that was refused, if it was. */
  follow(webhook: LentHost): () => string | undefined;
}

/** How the methods of one contribution are called, which is in a process of its plugin. */
export function isolatedCaller(
  described: Described,
  contribution: number,
  { pool, listeners, grants, plugin, follow }: IsolatedCallerDeps,
): (method: string, args: readonly unknown[]) => Promise<unknown> {
  const kind = described.kind as Kind;
  const { methods, lost = 'PLUGIN_LOST' } = guardRules[kind];
  return async (method, args) => {
    if (kind === 'agent') {
      const [input, context] = args as [Json, AgentContext];
      const { runId, executionId } = context;
      const job = { runId, executionId, agent: described.data['id'] as string, input };
      return pool.run(undefined, lost, (served) => served.execute(contribution, job, { context }));
    }
    if (kind === 'executor' && method === 'execute') {
      const [job, host] = args as [ExecutionJob, ExecutionHost];
      return pool.run(undefined, lost, (served) => served.execute(contribution, job, lentHost(host, grants)));
    }
    if (kind === 'webhook' && method === 'send') {
      const message = args[0] as WebhookMessage;
      return sent(message, follow(message), () => called(method, args));
    }
    return called(method, args);
  };

  async function called(method: string, args: readonly unknown[]): Promise<unknown> {
    const { context: contextAt, callback: callbackAt } = methods[method] ?? {};
    const context = contextAt === undefined ? undefined : (args[contextAt] as Record<string, unknown> | undefined);
    const workspace = grants.workspace === 'none' ? undefined : context?.['workspace'];
    const given = args.map((argument, at) => (at === contextAt ? lentContext(argument, grants, plugin) : argument));
    try {
      if (callbackAt !== undefined) {
        const subscription = { contribution, method, args, callbackAt };
        return await listeners.listen(subscription, (begin) => pool.run(undefined, lost, begin));
      }
      return await pool.run(workspace as string | undefined, lost, (served) =>
        served.call({ contribution, method, args: given, contextAt }),
      );
    } catch (error) {
      throw blamed(error, plugin);
    }
  }

  /** The plugin does not know why its connection broke. */
  async function sent({ url }: WebhookMessage, arrive: () => string | undefined, work: () => Promise<unknown>) {
    try {
      return await work();
    } catch (error) {
      const why = arrive();
      if (why === undefined) throw error;
      const { host: where } = new URL(url);
      throw forgeError('WEBHOOK_FORBIDDEN', `A webhook may not be sent to ${where}`, {
        why,
        where,
        plugin,
        cause: error,
      });
    } finally {
      arrive();
    }
  }
}

/** An executor is told no secret that its own manifest does not ask for. */
function lentHost(host: ExecutionHost, { variables: own }: Grants): ExecutionHost {
  return {
    ...host,
    async locateAgent(name) {
      const place = await host.locateAgent(name);
      if (place === undefined) return undefined;
      const shared = Object.entries(place.variables).filter(([variable]) => Object.hasOwn(own, variable));
      return { ...place, variables: Object.fromEntries(shared) };
    },
  };
}

/** A plugin may not put the blame on another. */
function blamed(error: unknown, plugin: string): unknown {
  if (!isForgeError(error) || error.details.plugin === undefined || error.details.plugin === plugin) return error;
  return forgeError(error.code, error.message, { ...error.details, plugin, cause: error });
}

/**
 * The context of a call as it is lent. What a plugin may not start itself it may not have started, either; and nobody can
 * talk with a program through a line that carries JSON.
 */
function lentContext(context: unknown, { exec }: Grants, plugin: string): unknown {
  if (typeof context !== 'object' || context === null) return context;
  const refusal = exec ? cannotTalk : mayNotStart;
  const refused = async () => {
    throw refusal(plugin);
  };
  const { exec: run, start, ...others } = context as Readonly<Record<string, unknown>>;
  return {
    ...others,
    ...(run === undefined ? {} : { exec: exec ? run : refused }),
    ...(start === undefined ? {} : { start: refused }),
  };
}

function mayNotStart(plugin: string) {
  return forgeError(
    'PERMISSION_MISSING',
    `The plugin "${plugin}" would start a program, which its manifest does not ask for`,
    { fix: 'add "exec": true to permissions in its plugin.json', plugin },
  );
}

function cannotTalk(plugin: string) {
  return forgeError(
    'UNSUPPORTED',
    `The plugin "${plugin}" cannot talk with a program that Forge's process has started`,
    {
      fix: 'start it with node:child_process, or run it to its end with exec',
      plugin,
    },
  );
}
