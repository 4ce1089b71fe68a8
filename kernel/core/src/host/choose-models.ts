import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ModelChoice } from '@forge/engine';
import {
  type AgentType,
  type Clock,
  type ForgeError,
  forgeError,
  type LLMProvider,
  type ModelProbe,
  recordReplies,
  type ResolvedConfig,
} from '@forge/plugin-api';
import type { Registry } from '../plugins/registry.ts';
import type { Masker } from '../secrets.ts';
import { withTimeLimit } from '../world/time-limit.ts';

const probeLimitMs = 3000;

export interface ModelOptions {
  readonly config: ResolvedConfig;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly masker: Masker;
  /** Every reply of the first choice is also written to this file. */
  readonly record: string | undefined;
  readonly signal: AbortSignal;
}

export interface Models {
  /** The model for agents of a type, then the fallbacks. Rejects with NO_MODEL. */
  forAgent(type: AgentType): Promise<readonly ModelChoice[]>;
  /** The provider in use. Rejects with NO_MODEL. */
  provider(): Promise<LLMProvider>;
  probe(name: string): Promise<ModelProbe>;
}

export function createModels(options: ModelOptions): Models {
  const { config, registry } = options;
  let chosen: Promise<Chosen> | undefined;
  const choose = () => {
    chosen ??= chooseProvider(options).then(({ provider: found, probed }) => {
      const { record, masker } = options;
      return { provider: record === undefined ? found : recorded(found, record, masker), probed };
    });
    return chosen;
  };
  const provider = async () => (await choose()).provider;
  let looked: Promise<ModelProbe> | undefined;
  /** Some know what they have only by looking, such as a server on this machine. */
  const ownModel = async (): Promise<string> => {
    const { provider: first, probed } = await choose();
    if (first.defaultModel !== undefined) return first.defaultModel;
    const { model, ok, detail } = probed ?? (await (looked ??= probe(first, options)));
    if (model === undefined) throw noDefaultModel(first.name, ok ? undefined : detail);
    return model;
  };
  return {
    provider,
    probe: async (name) => probe(await registry.get('llm', name), options),
    forAgent: async (type) => {
      const first = await provider();
      const model = config.llm.models[type] ?? config.llm.model ?? (await ownModel());
      const fallbacks = config.llm.fallback.map(async (entry): Promise<ModelChoice> => {
        const colon = entry.indexOf(':');
        return choice(await registry.get('llm', entry.slice(0, colon)), entry.slice(colon + 1));
      });
      return Promise.all([choice(first, model), ...fallbacks]);
    },
  };
}

interface Chosen {
  readonly provider: LLMProvider;
  /** What came of trying it, if it was tried. */
  readonly probed?: ModelProbe | undefined;
}

async function choice(provider: LLMProvider, model: string): Promise<ModelChoice> {
  return { provider, model, capabilities: await provider.capabilities(model) };
}

/**
 * `auto`: the first provider of the list for which a secret of its manifest is set, which costs nothing to find out;
 * else the first that answers when it is tried.
 */
async function chooseProvider(options: ModelOptions): Promise<Chosen> {
  const { config, registry, env } = options;
  if (config.llm.provider !== 'auto') return { provider: await registry.get('llm', config.llm.provider) };
  const known = new Set(registry.names('llm').map(({ name }) => name));
  const candidates = (config.llm.auto ?? []).filter((name) => known.has(name));
  const secretsOf = (name: string) => registry.owner('llm', name).manifest.permissions.secrets;
  const withSecret = candidates.find((name) => secretsOf(name).some((secret) => env[secret]));
  if (withSecret !== undefined) return { provider: await registry.get('llm', withSecret) };

  const tried: string[] = [];
  for (const name of candidates) {
    const provider = await registry.get('llm', name);
    const probed = await probe(provider, options);
    if (probed.ok && provider.probe !== undefined) return { provider, probed };
    const { detail } = probed;
    tried.push(detail.startsWith(`${name}:`) ? detail : `${name}: ${detail}`);
  }
  throw noModel(tried, candidates.flatMap(secretsOf));
}

async function probe(provider: LLMProvider, { clock, signal }: ModelOptions): Promise<ModelProbe> {
  const milliseconds = probeLimitMs;
  const timedOut = () => forgeError('LLM_TIMEOUT', `no answer within ${milliseconds / 1000} s`);
  try {
    const limit = { clock, milliseconds, signal, timedOut };
    const unknown: ModelProbe = { ok: true, detail: 'cannot be tried' };
    return await withTimeLimit(limit, async (inner) => (await provider.probe?.({ signal: inner })) ?? unknown);
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

function noModel(tried: readonly string[], secrets: readonly string[]): ForgeError {
  const keys = secrets.map((secret) => `  export ${secret}=…`);
  return forgeError('NO_MODEL', 'No language model could be found', {
    ...(tried.length === 0 ? {} : { why: tried.join('\n') }),
    fix: [
      ...(keys.length === 0 ? [] : ['Set a key, one of:', ...keys]),
      'or start a local server that speaks the OpenAI API (Ollama, LM Studio, vLLM),',
      'or choose a provider: forge run --provider <name>.',
      'To see Forge work first, without any of it: forge demo',
    ].join('\n'),
    data: { secrets: [...secrets] },
  });
}

function noDefaultModel(provider: string, why: string | undefined): ForgeError {
  return forgeError('NO_MODEL', `No model was named, and "${provider}" has none of its own`, {
    ...(why === undefined ? {} : { why }),
    fix: 'Name one: forge run --model <name>, or "llm": { "model": "<name>" } in the configuration.',
  });
}

/** One line at a time, in order, without secrets; a recording begins anew. */
function recorded(provider: LLMProvider, file: string, masker: Masker): LLMProvider {
  let last: Promise<void> | undefined;
  const begin = async (line: string): Promise<void> => {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, line, { mode: 0o600 });
  };
  return recordReplies({ ...provider }, (text) => {
    const line = `${masker.mask(text)}\n`;
    last = last === undefined ? begin(line) : last.then(() => appendFile(file, line));
    return last;
  });
}
