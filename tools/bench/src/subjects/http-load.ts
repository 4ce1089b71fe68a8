import { Agent, get } from 'node:http';
import { parseArgs } from 'node:util';

/** Asks for one address over and over, on many connections, and prints how quickly the answers came. */
const { values } = parseArgs({
  options: { url: { type: 'string' }, token: { type: 'string' }, requests: { type: 'string' } },
});
const total = Number(values.requests);
const connections = 32;
const agent = new Agent({ keepAlive: true, maxSockets: connections });
const headers = { authorization: `Bearer ${values.token ?? ''}` };
const latencies: number[] = [];
let left = total;

function ask(): Promise<void> {
  const askedAt = performance.now();
  return new Promise((resolve, reject) => {
    get(values.url ?? '', { agent, headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
      response.resume().on('end', () => {
        latencies.push(performance.now() - askedAt);
        resolve();
      });
    }).on('error', reject);
  });
}

const startedAt = performance.now();
await Promise.all(
  Array.from({ length: connections }, async () => {
    while (left > 0) {
      left -= 1;
      await ask();
    }
  }),
);
const perSecond = total / ((performance.now() - startedAt) / 1000);
latencies.sort((one, other) => one - other);
process.stdout.write(JSON.stringify({ perSecond, p99: latencies[Math.floor(latencies.length * 0.99)] }));
process.exit(0);
