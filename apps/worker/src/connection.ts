import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export interface Connection {
  readonly stream: Duplex;
  /** What proves to the orchestrator that this is the worker of that execution. A line from the parent needs none. */
  readonly token: string | undefined;
}

/** The line that a parent process leaves open. */
const inherited = 3;

/** The orchestrator as `--connect <host>:<port>` says, with the token from FORGE_WORKER_TOKEN; else the parent's line. */
export function connectionFrom(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  open: (fd: number) => Duplex,
): Connection {
  const at = args.indexOf('--connect');
  if (at < 0) return { stream: open(inherited), token: undefined };
  return { stream: connectTo(args[at + 1] ?? ''), token: env['FORGE_WORKER_TOKEN'] };
}

function connectTo(address: string): Socket {
  const { hostname, port } = new URL(`tcp://${address}`);
  return connect({ host: hostname, port: Number(port) });
}
