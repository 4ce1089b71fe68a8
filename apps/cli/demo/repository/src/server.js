import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createApp } from './app.js';
import { createUsers } from './users.js';

const users = createUsers({ ada: process.env.ADA_PASSWORD ?? randomUUID() });
const handle = createApp({ users, newToken: randomUUID, now: Date.now });

createServer(async (request, response) => {
  const { status, headers, body } = handle({
    method: request.method,
    path: request.url,
    address: request.socket.remoteAddress,
    body: await readJson(request),
  });
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}).listen(8080);

async function readJson(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
