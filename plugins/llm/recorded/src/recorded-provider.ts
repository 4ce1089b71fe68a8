import {
  type ChatRequest,
  forgeError,
  fromRecorded,
  type LLMProvider,
  type RecordedReply,
  recordingKey,
} from '@forge/plugin-api';
import { parseRecording, type Recording } from './parse-recording.ts';

export interface RecordedWorld {
  /** The recording to play. */
  readonly file: string | undefined;
  readFile(path: string): Promise<string>;
}

/** A play costs nothing. */
const FREE = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, asOf: '2026-11-22' };

/**
 * Plays a recording. A call gets the reply that was recorded for it: the first time the first, the next time the next,
 * and the last one from then on, as a run that is resumed asks again. The file is read when it is first needed.
 */
export function createRecordedProvider(world: RecordedWorld): LLMProvider {
  const played = new Map<string, number>();
  let reading: Promise<Recording> | undefined;
  const recording = (): Promise<Recording> => (reading ??= read(world));

  return {
    name: 'recorded',
    defaultModel: 'recorded',
    capabilities: () => ({
      contextTokens: 1_000_000,
      maxOutputTokens: 128_000,
      tools: true,
      images: true,
      structuredOutput: true,
      price: FREE,
    }),
    chat: async (request, { signal, callId, onText }) => {
      signal.throwIfAborted();
      const { replies } = await recording();
      signal.throwIfAborted();
      const key = recordingKey(callId);
      const all = replies.get(key);
      if (all === undefined) throw exhausted(key, world.file);
      const time = played.get(key) ?? 0;
      const recorded = all[Math.min(time, all.length - 1)] as RecordedReply;
      checkAsked(request, recorded, world.file);
      played.set(key, time + 1);
      const reply = fromRecorded(recorded, callId);
      for (const block of reply.content) if (block.type === 'text') onText?.(block.text);
      return reply;
    },
    probe: async () => {
      if (world.file === undefined) return { ok: false, detail: 'no recording is named' };
      try {
        const { header, replies } = await recording();
        return { ok: true, detail: `${replies.size} calls of ${header.model ?? header.provider} in ${world.file}` };
      } catch (error) {
        return { ok: false, detail: error instanceof Error ? error.message : String(error) };
      }
    },
  };
}

async function read(world: RecordedWorld): Promise<Recording> {
  const { file } = world;
  if (file === undefined) {
    throw forgeError('NO_MODEL', 'There is no recording to play', {
      fix: 'Name one in the options of @forge/llm-recorded: { "use": "@forge/llm-recorded", "options": { "file": "…" } }',
    });
  }
  let text: string;
  try {
    text = await world.readFile(file);
  } catch (cause) {
    throw forgeError('NO_MODEL', 'The recording cannot be read', { where: file, cause });
  }
  return parseRecording(text, file);
}

const exhausted = (call: string, file: string | undefined) =>
  forgeError('RECORDING_EXHAUSTED', `The recording has no reply for ${call}`, {
    ...(file && { where: file }),
    why: 'this run went another way than the recorded one',
    fix: 'Record it again with forge run --record <file>',
  });

/** A reply fits only a request that could have led to it. */
function checkAsked(request: ChatRequest, { call, asked, reply }: RecordedReply, file: string | undefined): void {
  const offered = new Set(request.tools?.map((tool) => tool.name));
  const missing = reply.content.find(
    (block) => block.type === 'tool_use' && asked.tools.includes(block.name) && !offered.has(block.name),
  );
  const why =
    asked.output !== request.output?.name
      ? `it was recorded for the output ${asked.output ?? 'text'}, and ${request.output?.name ?? 'text'} is asked for`
      : missing?.type === 'tool_use'
        ? `it calls ${missing.name}, which is not offered now`
        : undefined;
  if (why === undefined) return;
  throw forgeError('RECORDING_MISMATCH', `The recorded reply for ${call} does not fit what is asked`, {
    ...(file && { where: file }),
    why,
    fix: 'Record it again with forge run --record <file>',
  });
}
