import type { ServerResponse } from 'node:http';
import type { ModelRequest } from './model-request.ts';
import type { Fault, Reply, ReplyUsage } from './reply.ts';
import type { HttpAnswer, Wire, WireEvent } from './wire.ts';

type MidwayFault = Extract<Fault, { after: number }>;

const BREAKS: readonly string[] = ['cut', 'reset', 'no-bytes', 'error-event', 'bad-sse'];

/** The server itself ends this reply before it is whole. A stalled one is ended by the client. */
export const breaksOff = (reply: Reply): boolean => reply.fault !== undefined && BREAKS.includes(reply.fault.kind);

/** Sends the reply, or as much of it as its fault lets through. A stalled answer settles when the client leaves. */
export async function sendReply(
  response: ServerResponse,
  wire: Wire,
  request: ModelRequest,
  reply: Reply,
  usage: ReplyUsage | undefined,
): Promise<void> {
  const { fault } = reply;
  switch (fault?.kind) {
    case 'http':
      return sendHttp(response, fault);
    case 'refusal-of-service': {
      const made = wire.service(fault.reason, request);
      return sendHttp(response, { ...made, headers: { ...made.headers, ...fault.headers } });
    }
    case 'no-bytes':
      response.socket?.destroy();
      return;
    case 'silent':
      await gone(response);
      return;
    default:
      return request.streamed
        ? sendEvents(response, wire, wire.events(request, reply, usage), fault)
        : sendBody(response, wire, JSON.stringify(wire.body(request, reply, usage)), fault);
  }
}

/** Sends one whole answer; a string as it is, all else as JSON. */
export function sendHttp(response: ServerResponse, answer: HttpAnswer): void {
  const isText = typeof answer.body === 'string';
  response.writeHead(answer.status, {
    'content-type': isText ? 'text/plain' : 'application/json',
    ...answer.headers,
  });
  response.end(isText ? answer.body : JSON.stringify(answer.body));
}

const textOf = ({ event, data }: WireEvent): string =>
  `${event === undefined ? '' : `event: ${event}\n`}data: ${data}\n\n`;

async function sendEvents(
  response: ServerResponse,
  wire: Wire,
  events: Iterable<WireEvent>,
  fault: MidwayFault | undefined,
): Promise<void> {
  if (fault?.kind === 'reset' && fault.after === 0) return breakOff(response, wire, fault);
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  response.flushHeaders();
  let sent = 0;
  for (const event of events) {
    if (fault !== undefined && sent === fault.after) return breakOff(response, wire, fault);
    if (!(await write(response, textOf(event)))) return;
    sent++;
  }
  if (fault !== undefined) return breakOff(response, wire, fault);
  response.end();
}

/** Half of the body stands for "after some events"; the length is announced, so that the client sees the loss. */
async function sendBody(
  response: ServerResponse,
  wire: Wire,
  body: string,
  fault: MidwayFault | undefined,
): Promise<void> {
  const json = { 'content-type': 'application/json' };
  const half = body.slice(0, Math.floor(body.length / 2));
  if (fault === undefined) return sendHttp(response, { status: 200, headers: json, body });
  switch (fault.kind) {
    case 'error-event':
      return sendHttp(response, { status: 200, headers: json, body: wire.errorEvent(fault.type, fault.message).data });
    case 'bad-sse':
      return sendHttp(response, { status: 200, headers: json, body: half });
    default:
      if (fault.kind !== 'reset' || fault.after > 0) {
        response.writeHead(200, { ...json, 'content-length': Buffer.byteLength(body) });
        await write(response, half);
      }
      return breakOff(response, wire, fault.kind === 'cut' ? { ...fault, clean: false } : fault);
  }
}

async function breakOff(response: ServerResponse, wire: Wire, fault: MidwayFault): Promise<void> {
  switch (fault.kind) {
    case 'cut':
      if (fault.clean) response.end();
      else await flushed(response).then(() => response.socket?.destroy());
      return;
    case 'reset':
      await flushed(response);
      response.socket?.resetAndDestroy();
      return;
    case 'stall':
      await gone(response);
      return;
    case 'error-event':
      response.end(textOf(wire.errorEvent(fault.type, fault.message)));
      return;
    case 'bad-sse':
      response.end('event: content_block_delta\ndata: {"type":"content_block_delta","index":\n\n');
      return;
  }
}

/** Writes with back pressure. `false` when nobody reads any more. */
async function write(response: ServerResponse, text: string): Promise<boolean> {
  if (response.destroyed || response.socket?.destroyed) return false;
  if (!response.write(text)) await drained(response);
  return !response.destroyed;
}

/** There is room again, or nobody reads any more. */
const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const settle = (): void => {
      response.off('drain', settle).off('close', settle);
      resolve();
    };
    response.on('drain', settle).on('close', settle);
  });

/** What was written has left this process. */
const flushed = (response: ServerResponse): Promise<void> =>
  response.headersSent && !response.destroyed
    ? new Promise((resolve) => void response.write('', () => resolve()))
    : Promise.resolve();

const gone = (response: ServerResponse): Promise<void> =>
  response.destroyed ? Promise.resolve() : new Promise((resolve) => void response.once('close', () => resolve()));
