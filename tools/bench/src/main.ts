import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { boot } from './benches/boot.ts';
import { crowd } from './benches/crowd.ts';
import { durable } from './benches/durable.ts';
import { events } from './benches/events.ts';
import { fanOut } from './benches/fan-out.ts';
import { firstRequest } from './benches/first-request.ts';
import { http } from './benches/http.ts';
import { parallel } from './benches/parallel.ts';
import { plugin } from './benches/plugin.ts';
import { startUp } from './benches/start-up.ts';
import { turns } from './benches/turns.ts';
import { worker } from './benches/worker.ts';
import { missesAim, type Bench, type Row } from './bench.ts';
import { markdownTable, textTable } from './report.ts';

const benches: Readonly<Record<string, Bench>> = {
  'start-up': startUp,
  'first-request': firstRequest,
  turns,
  events,
  durable,
  crowd,
  boot,
  http,
  'fan-out': fanOut,
  worker,
  plugin,
  parallel,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    short: { type: 'boolean', default: false },
    write: { type: 'string' },
    check: { type: 'boolean', default: false },
  },
});

const rows: Row[] = [];
for (const [name, bench] of Object.entries(benches)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  process.stderr.write(`${name} …\n`);
  rows.push(...(await bench({ short: values.short })));
}
process.stdout.write(textTable(rows));
if (values.write !== undefined) await writeFile(values.write, markdownTable(rows));
// A short run has too few rounds to judge by; it shows that the benchmarks still work.
if (values.check && rows.some(missesAim)) process.exitCode = 1;
