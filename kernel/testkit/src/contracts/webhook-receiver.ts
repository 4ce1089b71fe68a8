import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type ReceiverAnswer =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly text?: string;
      /** The body never ends: after 16 MiB nothing more comes, so that a sender that reads it all holds no more than that. */
      readonly endless?: boolean;
    }
  /** The connection is cut. */
  | 'reset'
  /** Nothing ever comes. */
  | 'silent';

export interface Receiver {
  /** Without a slash at its end. */
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** Resolves with the first request. */
  readonly asked: Promise<void>;
  connections(): number;
  close(): Promise<void>;
}

const longestBody = 16 * 1024 * 1024;
const filler = 'all is well. '.repeat(500);

/** A server that receives webhooks. It answers all of them alike, or each as the function says. */
export async function startReceiver(
  given: ReceiverAnswer | ((request: ReceivedRequest, count: number) => ReceiverAnswer),
): Promise<Receiver> {
  const requests: ReceivedRequest[] = [];
  const asked = Promise.withResolvers<void>();
  let connections = 0;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const received = { method, path, headers, body: Buffer.concat(parts).toString() };
      requests.push(received);
      const answer = typeof given === 'function' ? given(received, requests.length) : given;
      asked.resolve();
      if (answer === 'silent') return;
      if (answer === 'reset') return request.socket.destroy();
      response.writeHead(answer.status, answer.headers);
      if (answer.endless !== true) return response.end(answer.text ?? '');
      let left = longestBody;
      const more = () => {
        for (let hasRoom = true; hasRoom && response.writable && left > 0; left -= filler.length) {
          hasRoom = response.write(filler);
        }
      };
      response.on('drain', more);
      more();
    });
  });
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    asked: asked.promise,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
