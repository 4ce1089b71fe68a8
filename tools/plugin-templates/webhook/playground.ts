import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { WebhookMessage } from '@forge/plugin-api';
import { createSampleThing } from './src/sample-thing.ts';

// npm run play
const server = createServer((request, response) => {
  void text(request).then((body) => {
    console.log('received', request.headers['webhook-signature'], body);
    response.writeHead(204).end();
  });
}).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const message = {
  id: 'msg_1',
  url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
  headers: {},
  secret: 'not a good one',
  allowPrivate: true,
  event: { type: 'run.completed' },
  run: { task: 'Limit logins', status: 'completed' },
} as unknown as WebhookMessage;
const sender = createSampleThing({ now: () => new Date().getTime() });
console.log(await sender.send(message, { signal: new AbortController().signal }));
server.close();
