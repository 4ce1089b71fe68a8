import type { IncomingMessage } from 'node:http';
import { parseAnthropic } from './anthropic/parse-anthropic.ts';
import { asObject, asText, tryJson } from './json.ts';
import type { ModelRequest, Protocol, Route } from './model-request.ts';
import { parseOpenAi } from './openai/parse-openai.ts';

/** Both APIs are told apart by path; the model list, which they share, by the version header. */
const ROUTES: readonly (readonly [method: string, path: RegExp, protocol: Protocol, route: Route])[] = [
  ['POST', /\/v1\/messages$/, 'anthropic', 'chat'],
  ['POST', /\/v1\/messages\/count_tokens$/, 'anthropic', 'count-tokens'],
  ['POST', /\/chat\/completions$/, 'openai', 'chat'],
  ['POST', /\/embeddings$/, 'openai', 'embeddings'],
  ['GET', /\/models(\/[^/]+)?$/, 'openai', 'models'],
];

/** Reads and parses a request. A body that is no JSON object is an empty one; `raw` still has it. */
export async function readRequest(
  incoming: IncomingMessage,
  nextIndex: () => number,
  done: ModelRequest['done'],
): Promise<ModelRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks).toString('utf8');
  const body = asObject(tryJson(raw));
  const path = new URL(incoming.url ?? '/', 'http://localhost').pathname;
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([key, value]) => [key, String(value)]));
  const found = ROUTES.find(([method, pattern]) => method === incoming.method && pattern.test(path));
  const route = found?.[3] ?? 'unknown';
  const protocol = headers['anthropic-version'] === undefined ? (found?.[2] ?? 'openai') : 'anthropic';
  return {
    ...(protocol === 'anthropic' ? parseAnthropic(body) : parseOpenAi(body)),
    protocol,
    route,
    index: route === 'chat' ? nextIndex() : -1,
    path,
    headers,
    body,
    raw,
    bytes: Buffer.byteLength(raw),
    model: asText(body.model),
    streamed: body.stream === true,
    done,
  };
}
