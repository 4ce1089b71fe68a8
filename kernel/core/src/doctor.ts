import { access, constants, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { contributionKeys, faultsOf, isForgeError } from '@forge/plugin-api';
import type { Container } from './container.ts';
import type { Check } from './forge.ts';
import { tokens } from './host/tokens.ts';
import { usedPlugins } from './host/used-plugins.ts';
import { folderBytes, formatBytes } from './state/disk-space.ts';
import { runtimeFacts } from './world/this-process.ts';

type Look = (host: Container) => Promise<Omit<Check, 'name'>>;

/** One row for each thing that a run needs. */
const looks: Readonly<Record<string, Look>> = {
  node: async () => {
    const { node, platform } = runtimeFacts();
    return { ok: true, detail: `${node} on ${platform}` };
  },
  git: async (host) => {
    const git = await findProgram('git', host.get(tokens.options).env['PATH']);
    if (git === undefined) return { ok: false, detail: 'no git on the PATH', fix: 'Install git 2.38 or newer.' };
    return { ok: true, detail: git };
  },
  repository: async (host) => {
    const { repository } = host.get(tokens.places);
    if (repository !== undefined) return { ok: true, detail: repository };
    return { ok: false, detail: 'this folder is in no git repository', fix: 'Go to one, or: git init' };
  },
  'state folder': async (host) => {
    const { state } = host.get(tokens.places);
    await mkdir(state, { recursive: true }).catch(() => undefined);
    const writable = await access(state, constants.W_OK).then(
      () => true,
      () => false,
    );
    if (writable) return { ok: true, detail: state };
    return { ok: false, detail: `${state} cannot be written`, fix: 'Correct its rights, or set FORGE_HOME.' };
  },
  configuration: async (host) => {
    const { file } = host.get(tokens.configuration);
    return { ok: true, detail: file ?? 'none; the defaults hold' };
  },
  store: async (host) => {
    const store = await host.get(tokens.runDeps).store();
    const runs = await store.listRuns({ limit: 1_000_000 });
    const parts = (await store.measure?.()) ?? [];
    const sizes = parts.map(({ part, bytes }) => `${part} ${formatBytes(bytes)}`);
    return {
      ok: true,
      detail: [store.name, `${runs.length} ${runs.length === 1 ? 'run' : 'runs'}`, ...sizes].join(', '),
    };
  },
  workspaces: async (host) => {
    const bytes = await folderBytes(join(host.get(tokens.places).state, 'runs'));
    return { ok: true, detail: bytes === 0 ? 'none' : `${formatBytes(bytes)}; forge prune removes those of old runs` };
  },
  sandbox: async (host) => {
    const { sandbox, detail } = await host.get(tokens.sandbox)();
    return { ok: true, detail: `${sandbox.name}, level ${sandbox.level}: ${detail}` };
  },
  webhooks: async (host) => {
    const webhooks = await host.get(tokens.webhooks).list();
    const troubled = webhooks.filter(({ disabled, failingSince, missing, counts }) =>
      [disabled?.by === 'forge', failingSince !== undefined, missing.length > 0, counts.dead > 0].includes(true),
    );
    if (troubled.length === 0) return { ok: true, detail: webhooks.length === 0 ? 'none' : `${webhooks.length}` };
    return { ok: false, detail: `in trouble: ${troubled.map(({ id }) => id).join(', ')}`, fix: 'forge webhook list' };
  },
  model: async (host) => {
    const models = host.get(tokens.models);
    const [choice] = await models.forAgent('implementer');
    if (choice === undefined) return { ok: false, detail: 'no model' };
    const { ok, detail } = await models.probe(choice.provider.name);
    return { ok, detail: `${choice.provider.name}, ${choice.model}: ${detail}` };
  },
};

/** Looks at everything that a run needs, one by one; what fails is a check that is not ok. Rejects with nothing. */
export async function doctor(host: Container): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const [name, look] of Object.entries(looks)) checks.push(await attempt(name, look, host));
  return [...checks, ...(await pluginChecks(host))];
}

/** Loads what a run would load: a plugin that cannot start is found here and not in the middle of a run. */
async function pluginChecks(host: Container): Promise<Check[]> {
  const { config } = host.get(tokens.configuration);
  const registry = host.get(tokens.registry);
  const activation = host.get(tokens.activation);
  const checks: Check[] = [];
  for (const record of usedPlugins(config, registry)) {
    const { name, version, provides } = record.manifest;
    const brings = Object.values(contributionKeys).flatMap((key) => provides[key]);
    const check = await attempt(
      `plugin ${name}`,
      async () => {
        await activation.activate(record);
        return { ok: true, detail: `${version}: ${brings.join(', ')}` };
      },
      host,
    );
    checks.push(check);
  }
  return checks;
}

async function attempt(name: string, look: Look, host: Container): Promise<Check> {
  try {
    return { name, ...(await look(host)) };
  } catch (error) {
    const [first] = faultsOf(error);
    const why = first?.details.why === undefined ? '' : ` (${first.details.why.replaceAll('\n', '; ')})`;
    const fix = isForgeError(first) ? first.details.fix : undefined;
    return {
      name,
      ok: false,
      detail: `${first?.message ?? String(error)}${why}`,
      ...(fix === undefined ? {} : { fix }),
    };
  }
}

async function findProgram(name: string, path = ''): Promise<string | undefined> {
  for (const folder of path.split(':').filter(Boolean)) {
    const file = join(folder, name);
    const runs = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs && dirname(file) !== '.') return file;
  }
  return undefined;
}
