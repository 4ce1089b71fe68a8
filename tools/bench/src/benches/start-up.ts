import { execFileSync } from 'node:child_process';
import { median, type Bench, type Row } from '../bench.ts';
import { forgeEntry } from '../places.ts';

/** `forge --version` and `--help` beside Node that does nothing, in turn. */
export const startUp: Bench = async ({ short }) => {
  const rounds = short ? 5 : 40;
  const commands = { bare: ['-e', '0'], version: [forgeEntry, '--version'], help: [forgeEntry, '--help'] };
  const times: Record<keyof typeof commands, number[]> = { bare: [], version: [], help: [] };
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, args] of Object.entries(commands)) {
      const startedAt = performance.now();
      execFileSync(process.execPath, args, { stdio: 'ignore' });
      // The first round fills caches.
      if (round >= 0) times[name as keyof typeof commands].push(performance.now() - startedAt);
    }
  }
  const bare = median(times.bare);
  const row = (what: string, own: readonly number[], limit: number): Row => ({
    what,
    value: median(own) / bare,
    unit: 'x',
    limit,
    detail: `${median(own).toFixed(0)} ms beside ${bare.toFixed(0)} ms of \`node -e 0\``,
  });
  return [row('`forge --version`', times.version, 1.3), row('`forge --help`', times.help, 1.6)];
};
