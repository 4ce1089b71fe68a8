import type { Json, Manifest, Permissions } from '@forge/plugin-api';

/** What one plugin may do, with `*` in its manifest replaced by what its options name. */
export interface Grants extends Pick<Permissions, 'workspace' | 'exec'> {
  /** Values of the variables that it may read, secrets among them. */
  readonly variables: Readonly<Record<string, string>>;
  /** Hosts, or hosts with a port, that it may connect to. */
  readonly hosts: readonly string[];
  /** Those among them that the person's own options name: only these may be names of this machine. */
  readonly namedHosts: readonly string[];
  /** It may also connect to where a webhook leads, while it delivers to that. */
  readonly followsWebhooks: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

export function grantsOf({ permissions, provides }: Manifest, options: Json, env: Environment): Grants {
  const { env: plain, secrets, network, workspace, exec } = permissions;
  const texts = textsIn(options);
  const names = [...plain, ...secrets].flatMap((name) => (name === '*' ? namedIn(texts, Object.keys(env)) : [name]));
  const named = texts.flatMap(hostOf);
  const hosts = network.flatMap((host) => (host === '*' ? named : [host.toLowerCase()]));
  const values = names.flatMap((name): [string, string][] => (env[name] === undefined ? [] : [[name, env[name]]]));
  return {
    workspace,
    exec,
    hosts: [...new Set(hosts)],
    namedHosts: named,
    followsWebhooks: network.includes('*') && provides.webhooks.length > 0,
    variables: Object.fromEntries(values),
  };
}

/** May a plugin with these hosts connect there? */
export function allowsHost(hosts: readonly string[], host: string, port: number): boolean {
  const name = host.toLowerCase();
  return hosts.includes(name) || hosts.includes(`${name}:${port}`);
}

function textsIn(value: Json | undefined): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** An option names a variable as such, or within a text as `${NAME}`. */
function namedIn(texts: readonly string[], variables: readonly string[]): string[] {
  const words = new Set(texts.flatMap((text) => text.match(/[A-Za-z_]\w*/g) ?? []));
  return variables.filter((name) => words.has(name));
}

/** The host of an address, with the port that belongs to it; a bare host name is one, too. */
function hostOf(text: string): string[] {
  if (/^[\w.-]+$/.test(text) && text.includes('.')) return [text.toLowerCase()];
  if (!URL.canParse(text)) return [];
  const { hostname, port } = new URL(text);
  if (hostname === '') return [];
  const name = hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return [port === '' ? name : `${name}:${port}`];
}
