import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordReplies } from '@forge/plugin-api';
import { llmCases, llmContract } from '@forge/testkit/contracts';
import { createScriptedProvider } from '@forge/testkit/fakes';
import type { Reply } from '@forge/testkit/model-server';
import { createRecordedProvider } from '../src/index.ts';

const signal = new AbortController().signal;

/** A recording of a model that gave these replies, by the calls that the contract makes. */
async function recordingOf(replies: readonly Reply[], toolless: boolean): Promise<string> {
  const lines: string[] = [];
  const recorder = recordReplies(createScriptedProvider(replies), async (line) => void lines.push(line));
  for (const index of replies.keys()) {
    const asked = toolless ? { output: { name: 'plan', schema: {} } } : {};
    const request = { model: 'm', system: '', messages: [], tools: [], ...asked };
    await recorder.chat(request, { signal, callId: `recorded/contract/${index}` });
  }
  return `${lines.join('\n')}\n`;
}

const noServer = 'a recording holds whole replies alone: nothing can break while it is played';
const isFault = (name: string): boolean =>
  / is LLM_/.test(name) || /cut anywhere|one attempt|asks to wait|in the middle of the reply/.test(name);

llmContract({
  name: 'recorded',
  async create() {
    const folder = await mkdtemp(join(tmpdir(), 'forge-recorded-'));
    const file = join(folder, 'recording.jsonl');
    const provider = createRecordedProvider({ file, readFile: (path) => readFile(path, 'utf8') });
    return {
      provider,
      model: 'any',
      play: async (replies) => writeFile(file, await recordingOf(replies, replies[0]?.blocks[0]?.type === 'answer')),
      dispose: () => rm(folder, { recursive: true }),
    };
  },
  skip: Object.fromEntries(llmCases.flatMap(({ name }) => (isFault(name) ? [[name, noServer]] : []))),
});
