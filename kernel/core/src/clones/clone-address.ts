import { forgeError, type ForgeError, type ResolvedConfig } from '@forge/plugin-api';

export type CloneProtocol = ResolvedConfig['server']['cloneProtocols'][number];

/** A place that a repository may be cloned from. */
export interface CloneAddress {
  /** As git takes it, without credentials. */
  readonly url: string;
  readonly protocol: CloneProtocol;
  /** Without brackets; empty for a file. */
  readonly host: string;
  readonly port: number | undefined;
}

const ports: Partial<Record<CloneProtocol, number>> = { https: 443, http: 80 };
const hostPattern = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$|^[0-9a-f:.]+$/i;
/** As git writes ssh for short: `git@host:path`. */
const shortSsh = /^(?:([\w][\w.-]*)@)?([a-z0-9][a-z0-9.-]*):(?![/\\]{2})([^\s]+)$/i;

/** Reads an address; throws CLONE_FORBIDDEN for what git would take for something else, or may not be used. */
export function cloneAddressOf(text: string, allowed: readonly CloneProtocol[]): CloneAddress {
  if (/[\s\p{C}\\]/u.test(text) || text.length > 2_000) throw forbidden('it has characters that no address has');
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return shortSshAddress(text, allowed);
  const url = URL.parse(text);
  const protocol = url?.protocol.slice(0, -1) as CloneProtocol | undefined;
  if (url === null || protocol === undefined || !allowed.includes(protocol)) throw unusable(allowed);
  if (url.password !== '' || (url.username !== '' && protocol !== 'ssh'))
    throw forbidden('it holds credentials', 'server.cloneCredentials names the variable that holds them');
  if (url.search !== '' || url.hash !== '') throw forbidden('it has more than a path behind its host');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (protocol === 'file' ? host !== '' : !hostPattern.test(host)) throw forbidden('its host is none');
  if (url.username.startsWith('-') || url.pathname.startsWith('/-')) throw forbidden('git could take it for an option');
  const port = url.port === '' ? ports[protocol] : Number(url.port);
  // A host can be written in many ways: git gets the one that was looked at.
  return { url: protocol === 'https' || protocol === 'http' ? url.href : text, protocol, host, port };
}

function shortSshAddress(text: string, allowed: readonly CloneProtocol[]): CloneAddress {
  const [, , host, path] = shortSsh.exec(text) ?? [];
  if (host === undefined || path === undefined || !allowed.includes('ssh')) throw unusable(allowed);
  if (path.startsWith('-') || path.startsWith(':')) throw forbidden('git could take it for something else');
  return { url: text, protocol: 'ssh', host, port: undefined };
}

function unusable(allowed: readonly CloneProtocol[]): ForgeError {
  return forbidden(
    `repositories are cloned over ${allowed.join(', ')} here`,
    'give such an address; server.cloneProtocols says what is allowed',
  );
}

/** Without the address: what is wrong with it may be a secret in it. */
function forbidden(why: string, fix = 'such as https://git.example.org/team/shop.git'): ForgeError {
  return forgeError('CLONE_FORBIDDEN', 'Nothing may be cloned from that address', { why, fix });
}
