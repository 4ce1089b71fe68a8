import type { Duplex } from 'node:stream';
import { type Agent, type Clock, forgeError, type Json, type ProbeResult } from '@forge/plugin-api';
import { fromFault } from './fault.ts';
import { createInnerLine, type InnerLine } from './inner-line.ts';
import { borrow } from './lend.ts';
import { createPeer, type Peer, type PeerOptions } from './peer.ts';
import {
  type Described,
  type KernelMessages,
  kernelMessages,
  type PluginMessages,
  pluginMessages,
  type PluginPlace,
} from './plugin-messages.ts';
import { toValue } from './value.ts';
import { workExecution } from './work-execution.ts';

/** A plugin that runs in this process. */
export interface OpenedPlugin {
  readonly described: readonly Described[];
  call(contribution: number, method: string, args: readonly unknown[]): unknown;
  agent(contribution: number): Agent;
  check(): Promise<ProbeResult | undefined>;
  close(): Promise<void>;
}

export interface WorkPluginOptions {
  readonly stream: Duplex;
  readonly clock: Clock;
  /** @param world what Forge lends it for its whole life */
  open(place: PluginPlace, world: object): Promise<OpenedPlugin>;
  readonly pulse?: PeerOptions<KernelMessages, PluginMessages>['pulse'];
}

/** The plugin's end: starts it, and answers calls of it until the line closes. */
export async function workPlugin({ stream, clock, open, pulse }: WorkPluginOptions): Promise<void> {
  const calls = new Map<number, AbortController>();
  const executions = new Map<number, InnerLine>();
  let opened: OpenedPlugin | undefined;

  const plugin = (): OpenedPlugin => {
    if (opened === undefined) throw forgeError('UNSUPPORTED', 'The plugin has not been started');
    return opened;
  };
  const lentWith = (id: number) => (path: string, args: readonly unknown[]) =>
    peer.call('use', { id, path, args: args as Json[] });

  const peer: Peer<PluginMessages> = createPeer({
    stream,
    clock,
    incoming: kernelMessages,
    outgoing: pluginMessages,
    handlers: {
      start: async ({ place, world }) => {
        opened = await open(place, borrow(world, lentWith(0)));
        return [...opened.described];
      },
      call: async ({ id, contribution, method, args, context }) => {
        const ended = new AbortController();
        calls.set(id, ended);
        try {
          const given: unknown[] = [...args];
          if (context !== undefined) {
            given[context.at] = Object.assign(borrow(context.lent, lentWith(id)), { signal: ended.signal });
          }
          return toValue(await plugin().call(contribution, method, given));
        } finally {
          calls.delete(id);
        }
      },
      abort: ({ id, fault }) => calls.get(id)?.abort(fromFault(fault)),
      'execution.begin': ({ id, contribution }) => {
        const agent = plugin().agent(contribution);
        const inner = createInnerLine((text) =>
          peer.notify('execution.line', { id, ...(text === undefined ? {} : { text }) }),
        );
        executions.set(id, inner);
        const over = () => void executions.delete(id);
        workExecution({ stream: inner.stream, clock, loadAgent: async () => agent }).then(over, over);
      },
      'execution.line': ({ id, text }) => executions.get(id)?.take(text),
      check: async () => (await plugin().check()) as Json | undefined,
      stop: async () => {
        await opened?.close();
        return undefined;
      },
      heartbeat: () => undefined,
    },
    ...(pulse === undefined ? {} : { pulse }),
  });
  await peer.lost;
}
