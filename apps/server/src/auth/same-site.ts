import { isIP } from 'node:net';
import { forgeError } from '@forge/plugin-api';

interface HeaderSource {
  header(name: string): string | undefined;
}

/**
 * Keeps web pages out. A page of another site can make a browser send requests here, and by DNS rebinding even under a
 * name of its own; it cannot choose the headers Host and Origin. So a Host must be an address (which no DNS can point
 * elsewhere), localhost, or a name that the person has allowed; and what a browser sends must come from a page of this
 * server. Throws FORBIDDEN.
 *
 * @param options `fromAnywhere`: for pages that other sites link to and that change nothing; the Host is looked at all the same
 */
export function checkSameSite(
  request: HeaderSource,
  allowedNames: readonly string[],
  { fromAnywhere = false }: { readonly fromAnywhere?: boolean } = {},
): void {
  const host = request.header('host') ?? '';
  const name = hostName(host);
  if (name === undefined || !(isIP(name) !== 0 || name === 'localhost' || allowedNames.includes(name)))
    throw refusal(`the Host "${host}" is not a name of this server`);
  if (fromAnywhere) return;
  const origin = request.header('origin');
  if (origin !== undefined && !isOwn(origin, host)) throw refusal(`it comes from a page of ${origin}`);
  const site = request.header('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    throw refusal('it comes from a page of another site');
}

/** Without port and brackets; undefined for what is no Host at all. */
function hostName(host: string): string | undefined {
  const [, bracketed, plain] = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(host) ?? [];
  return (bracketed ?? plain)?.toLowerCase();
}

function isOwn(origin: string, host: string): boolean {
  return origin === `http://${host}` || origin === `https://${host}`;
}

function refusal(why: string): Error {
  return forgeError('FORBIDDEN', 'Web pages of other sites may not use this server', {
    why,
    fix: 'name the server by its address, or allow the name: forge serve --allow-host <name>',
  });
}
