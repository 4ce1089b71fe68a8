import { connect, createServer, type Socket } from 'node:net';
import type { Logger } from '@forge/plugin-api';
import { allowsHost, type Grants } from './grants.ts';
import { lookupHost, resolveName, type ResolveName } from './lookup-host.ts';

/** Longer than any name of a host with its port. */
const longestAddress = 300;
const highestPort = 65_535;

export interface Door {
  close(): Promise<void>;
}

export interface DoorOptions extends Pick<Grants, 'hosts' | 'namedHosts'> {
  /** Of the socket, which only this plugin's processes can reach. */
  readonly path: string;
  /** For the words that a person reads. */
  readonly plugin: string;
  readonly log: Logger;
  /** Default: as the system knows names. */
  readonly resolve?: ResolveName;
}

/**
 * The way out for a plugin whose process has no network: a socket on which it first says `<host>:<port>` and a line end,
 * and is then connected, when its manifest names the host. Names are looked up here, and lead away from this machine
 * unless the person's options name them.
 */
export async function openDoor({
  path,
  hosts,
  namedHosts,
  plugin,
  log,
  resolve = resolveName,
}: DoorOptions): Promise<Door> {
  const open = new Set<Socket>();
  const server = createServer((inside) => {
    keep(inside);
    readAddress(inside, ({ host, port }) => {
      if (!allowsHost(hosts, host, port)) {
        log.warn(`The plugin "${plugin}" may not connect to ${host}:${port}: its manifest does not name that host`);
        return void inside.destroy();
      }
      const lookup = lookupHost(resolve, allowsHost(namedHosts, host, port));
      const outside = connect({ host, port, lookup });
      keep(outside);
      outside.on('error', (error) =>
        log.warn(`The plugin "${plugin}" could not connect to ${host}:${port}`, { error: error.message }),
      );
      // Either end that is gone takes the other one along.
      outside.on('close', () => inside.destroy());
      inside.on('close', () => outside.destroy());
      inside.pipe(outside).pipe(inside);
    });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));

  function keep(socket: Socket): void {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    // Its end says all there is to say.
    socket.on('error', () => undefined);
  }

  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

function readAddress(socket: Socket, onAddress: (address: { host: string; port: number }) => void): void {
  let read = Buffer.alloc(0);
  const take = (chunk: Buffer): void => {
    read = Buffer.concat([read, chunk]);
    const end = read.indexOf('\n');
    if (end < 0) return void (read.length > longestAddress && socket.destroy());
    socket.off('data', take);
    socket.pause();
    socket.unshift(read.subarray(end + 1));
    const [, host = '', digits = ''] = /^(.+):(\d{1,5})$/.exec(read.subarray(0, end).toString('utf8')) ?? [];
    const port = Number(digits);
    // Connecting to a port that cannot be throws, here where nobody would catch it.
    if (host === '' || port > highestPort) return void socket.destroy();
    onAddress({ host, port });
  };
  socket.on('data', take);
}
