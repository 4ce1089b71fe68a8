import { mkdir, readFile, readlink, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Clock,
  type Command,
  forgeError,
  isForgeError,
  type ProbeResult,
  type ResolvedConfig,
  type Sandbox,
  type SandboxLevel,
  z,
} from '@forge/plugin-api';
import { runToItsEnd } from '../installation/run-program.ts';
import type { Registry } from '../plugins/registry.ts';
import type { Configuration } from '../config/read-configuration.ts';
import type { Places } from '../state/places.ts';
import { runtimeFacts } from '../world/this-process.ts';
import { withTimeLimit } from '../world/time-limit.ts';

const strength: Readonly<Record<SandboxLevel, number>> = { process: 0, namespace: 1, container: 2 };
const probeLimitMs = 10_000;

export interface SandboxOptions {
  readonly config: ResolvedConfig;
  readonly registry: Registry;
  readonly clock: Clock;
  /** Where it is remembered that a sandbox works on this machine. */
  readonly cacheFolder: string;
  readonly userId: number;
  readonly signal: AbortSignal;
}

/** What it takes to choose, from the parts of a host. */
export function sandboxOptions(
  { config }: Configuration,
  registry: Registry,
  clock: Clock,
  { userCache }: Places,
  { signal }: AbortController,
): SandboxOptions {
  return { config, registry, clock, cacheFolder: userCache, userId: runtimeFacts().userId, signal };
}

export interface ChosenSandbox {
  readonly sandbox: Sandbox;
  readonly detail: string;
}

/**
 * The sandbox that the configuration names, or with `auto` the strongest of Forge's own that works here: one of another
 * plugin decides what every command may do, so somebody has to name it. Rejects with SANDBOX_UNAVAILABLE when it does
 * not work, or is weaker than `sandbox.require`.
 */
export async function chooseSandbox(options: SandboxOptions): Promise<ChosenSandbox> {
  const { config, registry } = options;
  const { use, require: wanted = 'process' } = config.sandbox;
  const names = use === 'auto' ? ownSandboxes(registry) : [use];
  const sandboxes = await Promise.all(names.map((name) => registry.get('sandbox', name)));
  sandboxes.sort((left, right) => strength[right.level] - strength[left.level]);
  const tried: string[] = [];
  for (const sandbox of sandboxes) {
    if (strength[sandbox.level] < strength[wanted]) continue;
    const { ok, detail } = await probeOnce(sandbox, options);
    if (ok) return { sandbox, detail: tried.length === 0 ? detail : `${detail} (${tried.join('; ')})` };
    tried.push(`${sandbox.name}: ${detail}`);
  }
  const weaker = sandboxes
    .filter(({ level }) => strength[level] < strength[wanted])
    .map(({ name }) => `${name} is weaker`);
  throw forgeError('SANDBOX_UNAVAILABLE', `No sandbox of level "${wanted}" works on this machine`, {
    why: [...tried, ...weaker].join('\n') || 'No plugin brings a sandbox.',
    fix: 'Install what is missing (on Debian: apt install bubblewrap), or set "sandbox": { "require": "process" }.',
  });
}

/**
 * The sandbox for processes of plugins: the one in force when it is Forge's own, else the strongest that is. One of a
 * plugin cannot confine the process in which it is, and would be told the secrets of all others.
 */
export async function choosePluginSandbox(
  inForce: () => Promise<ChosenSandbox>,
  options: SandboxOptions,
): Promise<ChosenSandbox> {
  const { config, registry } = options;
  const { use } = config.sandbox;
  if (use === 'auto' || isOwn(use, registry)) return inForce();
  return chooseSandbox({
    ...options,
    config: { ...config, sandbox: { ...config.sandbox, use: 'auto', require: 'process' } },
  });
}

/** The names of those that come with Forge. */
export function ownSandboxes(registry: Registry): string[] {
  return registry.names('sandbox').flatMap(({ name }) => (isOwn(name, registry) ? [name] : []));
}

function isOwn(name: string, registry: Registry): boolean {
  return registry.owner('sandbox', name).origin === 'default';
}

/** Trying costs some ten milliseconds, so what works is remembered until the machine, container or user changes. */
async function probeOnce(sandbox: Sandbox, options: SandboxOptions): Promise<ProbeResult> {
  const file = join(options.cacheFolder, 'sandboxes.json');
  const machine = await machineKey(options.userId);
  const owner = options.registry.owner('sandbox', sandbox.name).manifest;
  const key = `${owner.name}@${owner.version}/${sandbox.name}`;
  const cached = await readCache(file);
  if (machine !== undefined && cached?.machine === machine) {
    const detail = cached.works[key];
    if (detail !== undefined) return { ok: true, detail };
  }
  const result = await probe(sandbox, options);
  if (result.ok && machine !== undefined) {
    const works = cached?.machine === machine ? cached.works : {};
    await writeCache(file, { machine, works: { ...works, [key]: result.detail } });
  }
  return result;
}

async function probe(sandbox: Sandbox, { clock, signal }: SandboxOptions): Promise<ProbeResult> {
  const milliseconds = probeLimitMs;
  const timedOut = () => forgeError('SANDBOX_UNAVAILABLE', `no answer within ${milliseconds / 1000} s`);
  try {
    return await withTimeLimit({ clock, milliseconds, signal, timedOut }, (inner) =>
      sandbox.probe({ signal: inner, exec: (command) => tryOut(command, inner) }),
    );
  } catch (error) {
    signal.throwIfAborted();
    if (isForgeError(error)) return { ok: false, detail: error.message };
    throw error;
  }
}

async function tryOut(command: Omit<Command, 'stdin'>, signal: AbortSignal) {
  const { code, lastWords } = await runToItsEnd({ ...command, signal });
  return { exitCode: code, output: lastWords };
}

/** A boot of a machine, as seen from one container by one user. Undefined where that cannot be told. */
async function machineKey(userId: number): Promise<string | undefined> {
  try {
    const [boot, mounts, users] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readlink('/proc/self/ns/mnt'),
      readlink('/proc/self/ns/user'),
    ]);
    return [boot.trim(), mounts, users, userId].join(' ');
  } catch {
    return undefined;
  }
}

const cacheSchema = z.object({ machine: z.string(), works: z.record(z.string(), z.string()) });
type Cache = z.output<typeof cacheSchema>;

async function readCache(file: string): Promise<Cache | undefined> {
  try {
    return cacheSchema.safeParse(JSON.parse(await readFile(file, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

async function writeCache(file: string, cache: Cache): Promise<void> {
  const fresh = `${file}.${cache.machine.slice(0, 8)}.tmp`;
  try {
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(fresh, JSON.stringify(cache));
    await rename(fresh, file);
  } catch {
    // A cache that cannot be written costs the next start some milliseconds, and nothing else.
  }
}
