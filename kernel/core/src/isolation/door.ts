import { connect, createServer, isIP, type Socket } from 'node:net';
import type { Logger } from '@forge/plugin-api';
import { allowsHost, type Grants } from './grants.ts';
import { isPublicAddress } from '../world/public-address.ts';
import { resolveName, type ResolveName } from '../world/resolve-name.ts';
import { lookupHost, lookupPublic, NotPublic } from './lookup-host.ts';

/** Longer than any name of a host with its port. */
const longestAddress = 300;
const highestPort = 65_535;

/** A host for a while, such as the one that a webhook leads to. */
export interface LentHost {
  readonly url: string;
  /** Addresses that are not of the public Internet are meant. */
  readonly allowPrivate: boolean;
}

interface Lent extends LentHost {
  /** Opened because of it. */
  readonly sockets: Set<Socket>;
  refused?: string;
}

export interface Door {
  /** Opens it to one more host, until what it gives is called: that says why the host was refused, if it was. */
  lend(host: LentHost): () => string | undefined;
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
 * and is then connected, when its manifest names the host, or it was lent. Names are looked up here, and lead away from
 * this machine unless the person's options name them.
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
  const lent = new Set<Lent>();
  const server = createServer((inside) => {
    keep(inside);
    readAddress(inside, ({ host, port }) => {
      const isNamed = allowsHost(hosts, host, port);
      const leads = isNamed ? [] : [...lent].filter((each) => leadsTo(each, host, port));
      if (!isNamed && leads.length === 0) {
        log.warn(`The plugin "${plugin}" may not connect to ${host}:${port}: its manifest does not name that host`);
        return void inside.destroy();
      }
      const publicOnly = !isNamed && !leads.some(({ allowPrivate }) => allowPrivate);
      const mayBeHere = leads.length > 0 || allowsHost(namedHosts, host, port);
      const lookup = publicOnly ? lookupPublic(resolve) : lookupHost(resolve, mayBeHere);
      const refuse = (why: string) => leads.forEach((each) => (each.refused = why));
      // Of an address nobody looks anything up.
      if (publicOnly && isIP(host) !== 0 && !isPublicAddress(host)) {
        refuse(`${host} is no address of the public Internet`);
        return void inside.destroy();
      }
      const outside = connect({ host, port, lookup });
      keep(outside);
      for (const each of leads) each.sockets.add(outside);
      outside.on('error', (error) => {
        if (error instanceof NotPublic) refuse(error.message);
        log.warn(`The plugin "${plugin}" could not connect to ${host}:${port}`, { error: error.message });
      });
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
    lend(host) {
      // One for each call: two may lead to the same place.
      const own: Lent = { ...host, sockets: new Set() };
      lent.add(own);
      return () => {
        lent.delete(own);
        // What is kept open for the next time may be used by none.
        for (const socket of own.sockets) if (![...lent].some(({ sockets }) => sockets.has(socket))) socket.destroy();
        return own.refused;
      };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

function leadsTo({ url }: LentHost, host: string, port: number): boolean {
  const { hostname = '', port: given = '', protocol = '' } = URL.parse(url) ?? {};
  const own = given === '' ? (protocol === 'http:' ? 80 : 443) : Number(given);
  return own === port && hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase() === host.toLowerCase();
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
