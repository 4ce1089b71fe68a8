/* oxlint-disable no-extend-native -- what a plugin would use is replaced before any of its code runs */
// Loaded before anything else into the process of a plugin. What Node's permission model leaves open is closed here:
// the network but for the door, databases that read and write any file, signals to other processes.
import dgram from 'node:dgram';
import dns from 'node:dns';
import { registerHooks, syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import sqlite from 'node:sqlite';
import tls from 'node:tls';
import { allowsHost } from './grants.ts';

const door = process.env['FORGE_DOOR'];
/** `*` leaves it to the door, which knows more. */
const hosts = (process.env['FORGE_HOSTS'] ?? '').split(',').filter((host) => host !== '');
delete process.env['FORGE_DOOR'];
delete process.env['FORGE_HOSTS'];

type Method = (this: unknown, ...args: unknown[]) => unknown;
interface Target {
  readonly host?: string;
  readonly port?: number | string;
  /** HTTP sets it to null. */
  readonly path?: unknown;
}

function isUsed(name: string): boolean {
  return name !== 'constructor';
}

function refusal(what: string, permission: string): Error {
  const message = `A plugin may not ${what}: its manifest does not allow it (permissions.${permission})`;
  return Object.assign(new Error(message), { code: 'ERR_ACCESS_DENIED' });
}

function refuse(holder: object, names: readonly string[], what: string, permission: string): void {
  const refused: Method = () => {
    throw refusal(what, permission);
  };
  for (const name of names) {
    if (name in holder) Object.defineProperty(holder, name, { value: refused, configurable: false, writable: false });
  }
}

/** The arguments of `connect` in all their forms. */
function targetOf(args: readonly unknown[]): Target {
  const [first, second] = Array.isArray(args[0]) ? (args[0] as unknown[]) : args;
  if (typeof first === 'object' && first !== null) return first as Target;
  if (typeof first === 'string' && Number.isNaN(Number(first))) return { path: first };
  return { port: first as number, ...(typeof second === 'string' ? { host: second } : {}) };
}

function listenerIn(args: readonly unknown[]): Method | undefined {
  return (Array.isArray(args[0]) ? (args[0] as unknown[]) : args).findLast((each) => typeof each === 'function') as
    | Method
    | undefined;
}

const connectSocket = net.Socket.prototype.connect as unknown as Method;
net.Socket.prototype.connect = function connect(this: net.Socket, ...args: unknown[]): net.Socket {
  const { host = 'localhost', port, path } = targetOf(args);
  const listener = listenerIn(args);
  if (listener !== undefined) this.once('connect', listener);
  if (
    typeof path === 'string' ||
    door === undefined ||
    !(hosts.includes('*') || allowsHost(hosts, host, Number(port)))
  ) {
    const where = typeof path === 'string' ? path : `${host}:${port}`;
    process.nextTick(() => this.destroy(refusal(`connect to ${where}`, 'network')));
    return this;
  }
  connectSocket.call(this, { path: door });
  this.write(`${host}:${port}\n`);
  return this;
} as typeof net.Socket.prototype.connect;

/** TLS begins within the connection that the door gives. */
const connectTls = tls.connect as unknown as Method;
function connectThroughDoor(...args: unknown[]): tls.TLSSocket {
  const [first, second, third] = args;
  const options = [first, second, third].find((each) => typeof each === 'object' && each !== null) as
    | (tls.ConnectionOptions & Target)
    | undefined;
  const listener = listenerIn(args);
  if (options?.socket !== undefined) return connectTls.call(tls, ...args) as tls.TLSSocket;
  const target = { ...(typeof first === 'object' ? {} : targetOf(args)), ...options } as Target;
  const socket = new net.Socket();
  const inner = { ...options, ...target, socket, servername: options?.servername ?? nameOf(target.host) };
  const secured = connectTls.call(tls, inner, ...(listener === undefined ? [] : [listener])) as tls.TLSSocket;
  socket.connect(target as net.NetConnectOpts);
  return secured;
}
tls.connect = connectThroughDoor as typeof tls.connect;

/** An address is no name that a certificate could be asked for. */
function nameOf(host: string | undefined): string {
  return host === undefined || net.isIP(host) !== 0 ? '' : host;
}

refuse(net.Server.prototype, ['listen'], 'listen', 'network');
refuse(dgram, ['createSocket', 'Socket'], 'use the network', 'network');
const lookups = Object.keys(dns).filter((name) => /^(lookup|resolve|reverse)|Resolver$/.test(name));
refuse(dns, lookups, 'look up names', 'network');
refuse(dns.promises, lookups, 'look up names', 'network');
// Its exports cannot be replaced for who imports it, so it is not given, and what is got another way can do nothing.
const { DatabaseSync, StatementSync } = sqlite;
for (const holder of [sqlite, DatabaseSync.prototype, StatementSync.prototype]) {
  refuse(holder, Object.getOwnPropertyNames(holder).filter(isUsed), 'open a database of Node', 'workspace');
}
registerHooks({
  resolve: (specifier, context, next) => {
    if (specifier === 'node:sqlite') throw refusal('open a database of Node', 'workspace');
    return next(specifier, context);
  },
});
refuse(process, ['kill', '_kill', '_debugProcess', '_debugEnd'], 'signal other processes', 'exec');
syncBuiltinESMExports();
