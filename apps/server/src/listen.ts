import { isIP } from 'node:net';
import type { ServerType } from '@hono/node-server';
import { forgeError } from '@forge/plugin-api';
import type { TokenFacts } from './auth/tokens.ts';

/** Whoever can reach the server from outside needs a token. Throws SERVER_UNSAFE when none was ever made for them. */
export function checkBind(host: string, tokens: readonly TokenFacts[], now: number): void {
  if (isLoopback(host)) return;
  const valid = tokens.some(
    ({ revokedAt, expiresAt }) => revokedAt === undefined && (expiresAt === undefined || expiresAt > now),
  );
  if (valid) return;
  throw forgeError('SERVER_UNSAFE', `${host} can be reached by others, and there is no token for them`, {
    fix: 'make one: forge token create <name> --scope read; or stay on this machine with --host 127.0.0.1',
  });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Rejects with SERVER_ADDRESS when somebody else has the port, or the machine has no such address. */
export function listen(server: ServerType, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        forgeError('SERVER_ADDRESS', `The server cannot listen at ${host}:${port}`, {
          why: error.message,
          fix: 'choose another with --port or --host; --port 0 takes a free one',
          cause: error,
        }),
      ),
    );
    server.listen(port, host, () => resolve());
  });
}
