import type { ChatRequest, ChatResponse, Clock, ModelProbe } from '@forge/plugin-api';

/** The most time that a probe waits for its tool call; whoever probes waits three seconds in all. */
const PROBE_MS = 1500;

const PROBE_TOOL = {
  name: 'report',
  description: 'Reports a word.',
  inputSchema: {
    type: 'object',
    properties: { word: { type: 'string' } },
    required: ['word'],
    additionalProperties: false,
  },
};

/**
 * Whether a model calls a tool when it is asked to. One that has to be loaded first is not waited for: it answers, and
 * more will be seen in the run. Rejects as `chat` does.
 */
export async function askForCall(
  chat: (request: ChatRequest, call: { readonly signal: AbortSignal }) => Promise<ChatResponse>,
  clock: Clock,
  model: string,
  place: string,
  signal: AbortSignal,
): Promise<ModelProbe> {
  const done = new AbortController();
  const late = new AbortController();
  clock.sleep(PROBE_MS, done.signal).then(
    () => late.abort(),
    () => {},
  );
  try {
    const { content } = await chat(probeRequest(model), { signal: AbortSignal.any([signal, late.signal]) });
    return content.some((block) => block.type === 'tool_use' && block.name === PROBE_TOOL.name)
      ? { ok: true, model, detail: `${model} of ${place} calls tools` }
      : { ok: false, detail: `${model} of ${place} answers, but does not call tools` };
  } catch (error) {
    if (signal.aborted || !late.signal.aborted) throw error;
    return { ok: true, model, detail: `${model} of ${place} is being loaded; whether it calls tools is not known yet` };
  } finally {
    done.abort();
  }
}

const probeRequest = (model: string): ChatRequest => ({
  model,
  system: 'Use the tool.',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Report the word: ready' }] }],
  tools: [PROBE_TOOL],
  maxOutputTokens: 1024,
});
