import { connect } from 'node:net';
import { parseArgs } from 'node:util';

/**
 * Many readers of one stream that only count: `readers` are connected, then `ready` is printed, and at the end how many
 * events came, how many readers missed one, and when the last one came.
 */
const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    token: { type: 'string' },
    readers: { type: 'string' },
    events: { type: 'string' },
  },
});
const { hostname, port, pathname } = new URL(values.url ?? '');
const readers = Number(values.readers);
const events = Number(values.events);
const mark = Buffer.from('\nid: ');
const end = Buffer.from('event: end');
let begun = 0;
let ended = 0;
let deliveries = 0;
let lossy = 0;

for (let reader = 0; reader < readers; reader += 1) {
  const socket = connect(Number(port), hostname);
  let seen = 0;
  let rest = Buffer.alloc(0);
  socket.write(`GET ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${values.token ?? ''}\r\n\r\n`);
  socket.once('data', () => {
    begun += 1;
    if (begun === readers) process.stdout.write('ready\n');
  });
  socket.on('data', (chunk) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + mark.length)) seen += 1;
    // A mark may lie across two chunks; what is kept is too short to hold a whole one.
    rest = bytes.subarray(Math.max(0, bytes.length - mark.length + 1));
    if (bytes.includes(end)) socket.destroy();
  });
  socket.on('close', () => {
    ended += 1;
    deliveries += seen;
    if (seen !== events) lossy += 1;
    if (ended === readers) {
      process.stdout.write(
        `${JSON.stringify({ deliveries, lossy, endedAt: Number(process.hrtime.bigint()) / 1e6 })}\n`,
      );
    }
  });
}
