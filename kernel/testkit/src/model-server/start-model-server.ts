import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { checkAnthropic } from './anthropic/check-anthropic.ts';
import { anthropicWire } from './anthropic/anthropic-wire.ts';
import type { ModelRequest, RequestEnd } from './model-request.ts';
import { checkOpenAi } from './openai/check-openai.ts';
import { openAiWire } from './openai/openai-wire.ts';
import { createPromptCache, estimateTokens } from './prompt-cache.ts';
import { readRequest } from './read-request.ts';
import { invalidRequest, noSuchModel, unauthorized } from './faults.ts';
import type { Reply, ReplyUsage } from './reply.ts';
import { type Script, toFunction } from './script.ts';
import { breaksOff, sendHttp, sendReply } from './send-reply.ts';
import { embeddingsAnswer, modelsAnswer } from './side-routes.ts';
import type { Wire } from './wire.ts';

export interface ModelServerOptions {
  /** What the model answers; without it every chat request is an error. */
  readonly script?: Script;
  /** Names that exist. Default: every name does, and the list shows `scripted-model`. */
  readonly models?: readonly string[];
  /** The only key accepted. Default: any, also none. */
  readonly apiKey?: string;
  /** Refuse with 400 what the real API refuses: an unanswered tool call, an empty message, … Default true. */
  readonly strict?: boolean;
  /** Port on 127.0.0.1. Default: a free one. */
  readonly port?: number;
}

export interface ModelServer {
  /** `http://127.0.0.1:<port>`. Base URL of the Anthropic SDK; the OpenAI SDK wants `openAiUrl`. */
  readonly url: string;
  /** `url` with `/v1`. */
  readonly openAiUrl: string;
  /** The chat requests, in order of arrival. */
  readonly requests: readonly ModelRequest[];
  /** All requests: chat, token counts, model lists, embeddings, and unknown ones. */
  readonly traffic: readonly ModelRequest[];
  /** The token counts of all replies that it gave whole, as it told them. */
  readonly counted: readonly ReplyUsage[];
  /** What the script had no reply for and what strictness refused, in words. A good test ends with none. */
  readonly complaints: readonly string[];
  /** Resolves when so many chat requests have arrived. */
  waitForRequests(count: number): Promise<void>;
  /** Replaces the script for the requests to come. */
  play(script: Script): void;
  /** Breaks all connections and frees the port. Safe to call twice. */
  close(): Promise<void>;
}

/** A model on loopback that says what a script tells it to, over the Anthropic and the OpenAI API at once. */
export async function startModelServer(options: ModelServerOptions = {}): Promise<ModelServer> {
  const requests: ModelRequest[] = [];
  const counted: ReplyUsage[] = [];
  const traffic: ModelRequest[] = [];
  const complaints: string[] = [];
  const waiting = new Set<{ count: number; resolve: () => void }>();
  const cache = createPromptCache();
  let script = toFunction(options.script ?? []);

  const replyTo = async (request: ModelRequest): Promise<Reply> => {
    const problem = problemWith(request, options);
    if (problem !== undefined) {
      complaints.push(`request ${request.index}: ${problem}`);
      return refusal(request, problem);
    }
    if (!isKnown(request.model, options)) return noSuchModel();
    const reply = await script(request, request.index);
    if (reply !== undefined) return reply;
    const asked = request.system.split('\n', 1)[0] ?? '';
    complaints.push(`request ${request.index}: the script has no reply (system prompt: "${asked.slice(0, 100)}")`);
    return refusal(request, `The script of this model server has no reply for request ${request.index}`);
  };

  const answerChat = async (request: ModelRequest, response: ServerResponse, onBreak: () => void) => {
    const reply = isLockedOut(request, options) ? unauthorized() : await replyTo(request);
    await reply.until;
    if (breaksOff(reply)) onBreak();
    const usage = cache.usageOf(request, reply);
    await sendReply(response, wireOf(request), request, reply, usage);
    if (usage !== undefined && reply.fault === undefined) counted.push(usage);
  };

  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const done = Promise.withResolvers<RequestEnd>();
    let breaks = false;
    response.once('close', () => {
      done.resolve(breaks ? 'broken' : response.writableFinished ? 'sent' : 'client-left');
    });
    const request = await readRequest(incoming, () => requests.length, done.promise);
    response.setHeader('request-id', `req_${traffic.length}`);
    response.setHeader('x-request-id', `req_${traffic.length}`);
    traffic.push(request);
    if (request.route !== 'chat') return void sendSide(response, request, options);
    requests.push(request);
    for (const wait of waiting) if (requests.length >= wait.count) wait.resolve();
    await answerChat(request, response, () => {
      breaks = true;
    });
  };

  const server = createServer((incoming, response) => {
    answer(incoming, response).catch((error: unknown) => {
      complaints.push(`the model server failed: ${error instanceof Error ? error.message : String(error)}`);
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const closed = new Promise<void>((resolve) => void server.once('close', resolve));

  return {
    url,
    openAiUrl: `${url}/v1`,
    requests,
    traffic,
    counted,
    complaints,
    play: (next) => {
      script = toFunction(next);
    },
    waitForRequests: (count) =>
      requests.length >= count ? Promise.resolve() : new Promise((resolve) => void waiting.add({ count, resolve })),
    close: () => {
      server.close();
      server.closeAllConnections();
      return closed;
    },
  };
}

const wireOf = (request: ModelRequest): Wire => (request.protocol === 'anthropic' ? anthropicWire : openAiWire);

const isKnown = (model: string, { models }: ModelServerOptions): boolean => models?.includes(model) ?? true;

const keyOf = ({ headers }: ModelRequest): string | undefined =>
  headers['x-api-key'] ?? headers.authorization?.replace(/^Bearer /, '');

const isLockedOut = (request: ModelRequest, { apiKey }: ModelServerOptions): boolean =>
  apiKey !== undefined && keyOf(request) !== apiKey;

function problemWith(request: ModelRequest, { strict = true }: ModelServerOptions): string | undefined {
  if (!strict) return undefined;
  return request.protocol === 'anthropic' ? checkAnthropic(request.body, request.headers) : checkOpenAi(request.body);
}

/** A 400 that says why; the SDKs do not retry it. */
function refusal(request: ModelRequest, message: string): Reply {
  const made = wireOf(request).service('invalid-request', request);
  const error = { ...(made.body as { error: object }).error, message };
  return {
    ...invalidRequest(),
    fault: { kind: 'http', status: 400, headers: {}, body: { ...(made.body as object), error } },
  };
}

function sendSide(response: ServerResponse, request: ModelRequest, options: ModelServerOptions): void {
  if (isLockedOut(request, options)) {
    sendHttp(response, wireOf(request).service('unauthorized', request));
  } else if (request.route === 'count-tokens') {
    const tokens = estimateTokens(request.promptParts.join(''));
    sendHttp(response, { status: 200, headers: {}, body: { input_tokens: tokens } });
  } else if (request.route === 'models') {
    sendHttp(response, modelsAnswer(request, options.models ?? ['scripted-model']));
  } else if (request.route === 'embeddings') {
    sendHttp(response, embeddingsAnswer(request));
  } else {
    sendHttp(response, { status: 404, headers: {}, body: { error: { message: `No route ${request.path}` } } });
  }
}
