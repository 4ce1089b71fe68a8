import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Interaction, type Kind, reviewInputSchema, type Seams } from '@forge/plugin-api';
import {
  agentContract,
  busContract,
  confiningCaseNames,
  deployerContract,
  executorContract,
  gateContract,
  llmContract,
  memoryContract,
  type PersonsAnswer,
  sandboxContract,
  storeContract,
  toolContract,
} from '@forge/testkit/contracts';
import { createAgentContext, createToolContext } from '@forge/testkit/fakes';
import { answer, startModelServer } from '@forge/testkit/model-server';
import { afterAll } from 'vitest';
import { type Isolated, type IsolatedOptions, openIsolated, put } from './isolated.ts';
import { keepingStore, tellStore } from './keeping-store.ts';

// What `forge plugin create` gives, in a process of its own: each suite must find nothing that it would not find here.

const opened: Isolated[] = [];
afterAll(async () => {
  for (const each of opened) await each.close();
});

/** The contribution of a template, from one process for all cases that ask for the same. */
function shared<K extends Kind>(kind: K, options: Omit<IsolatedOptions, 'template'> = {}): () => Promise<Seams[K]> {
  let found: Promise<Seams[K]> | undefined;
  return () => (found ??= open(kind, options));
}

async function open<K extends Kind>(kind: K, options: Omit<IsolatedOptions, 'template'> = {}): Promise<Seams[K]> {
  const isolated = await openIsolated({ template: kind, ...options });
  opened.push(isolated);
  const own = isolated.forge.plugins.find(({ origin }) => origin === 'configuration')?.manifest.name;
  const name = isolated.forge.names(kind).find(({ plugin }) => plugin === own)?.name ?? '';
  return isolated.forge.get(kind, name);
}

const tool = shared('tool');
toolContract({
  name: 'isolated',
  async create() {
    const workspace = mkdtempSync(join(tmpdir(), 'forge-isolated-'));
    put(join(workspace, 'poem.txt'), 'one\ntwo\n');
    return {
      tool: await tool(),
      context: createToolContext({ workspace }),
      input: { path: 'poem.txt' },
      failing: { path: 'no-such-file.txt' },
      dispose: () => rmSync(workspace, { recursive: true }),
    };
  },
});

const agent = shared('agent');
const input = reviewInputSchema.parse({
  requirement: { task: 'Save the form' },
  plan: { summary: 'Save', assessment: { score: 1 }, tasks: [{ id: 'save', title: 'Save', goal: 'Save the form' }] },
  change: { base: 'b', commit: 'c', branch: 'f', files: [{ path: 'src/save.js', added: 1, removed: 0 }] },
  diff: '+try { save(); } catch {}',
  round: 1,
});
agentContract({
  name: 'isolated',
  create: async () => ({
    agent: await agent(),
    input,
    context: () => createAgentContext({ replies: [answer({ approved: true, findings: [] })] }),
  }),
});

memoryContract({
  name: 'isolated',
  async create() {
    const isolated = await openIsolated({ template: 'memory' });
    const memory = await isolated.forge.get('memory', 'sample-thing');
    return { memory, reopen: async () => memory, dispose: () => isolated.close() };
  },
});

const bus = shared('bus');
busContract({ name: 'isolated', create: async () => ({ bus: await bus() }) });

let keeping: Promise<Isolated> | undefined;
storeContract({
  name: 'isolated',
  async create() {
    const isolated = await (keeping ??= openIsolated(keepingStore));
    if (!opened.includes(isolated)) opened.push(isolated);
    const store = await isolated.forge.get('store', 'keeping');
    await tellStore(isolated, 'clear');
    const reopen = async () => {
      await tellStore(isolated, 'end');
      return store;
    };
    return { store, reopen };
  },
});

const executor = shared('executor');
executorContract({
  name: 'isolated',
  create: async () => ({ executor: await executor() }),
  skip: {
    'an execution that is over before it began does not begin':
      'the guard of the kernel puts the name of the plugin on a reason that is no error of Forge',
  },
});

const sandbox = shared('sandbox');
sandboxContract({
  name: 'isolated',
  async create() {
    // Not below /tmp: a sandbox may have a /tmp of its own.
    const folder = mkdtempSync('/var/tmp/forge-isolated-');
    return { sandbox: await sandbox(), folder, dispose: () => rmSync(folder, { recursive: true }) };
  },
  skip: Object.fromEntries(confiningCaseNames.map((name) => [name, 'it confines nothing'])),
});

const deployer = shared('deployer');
deployerContract({ name: 'isolated', create: async () => ({ deployer: await deployer() }) });

let person: PersonsAnswer = 'declines';
const interaction: Interaction = {
  interactive: true,
  ask: () => (person === 'never answers' ? new Promise(() => {}) : Promise.resolve(wordsOf(person))),
};
const present = shared('gate', { interaction });
const absent = shared('gate');
gateContract({
  name: 'isolated',
  create: () => ({
    gateTo: (next) => {
      person = next;
      return next === 'is not there' ? absent() : present();
    },
  }),
});

function wordsOf(next: PersonsAnswer): string | undefined {
  if (typeof next === 'string') return undefined;
  if ('approves' in next) return 'yes';
  if ('rejects' in next) return next.rejects ?? 'no';
  return 'chooses' in next ? next.chooses : next.says;
}

const server = await startModelServer({ script: [] });
afterAll(() => server.close());
const provider = shared('llm', {
  options: { baseUrl: server.openAiUrl },
  env: { SAMPLE_THING_API_KEY: 'a-key-of-the-test' },
});
const silence = 'its limit of 60 s cannot be set from outside, and a test does not wait for it';
llmContract({
  name: 'isolated',
  create: async () => ({ provider: await provider(), model: 'some-model', play: server.play }),
  skip: { 'silence is LLM_TIMEOUT, and may pass': silence, 'a stalled reply is LLM_TIMEOUT, and may pass': silence },
});
