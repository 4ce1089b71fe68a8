import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { median, type Bench } from '../bench.ts';
import { forgeEntry, repository, subjectEnvironment } from '../places.ts';

/** The command line with many plugins installed of which few are used. */
export const boot: Bench = async ({ short }) => {
  const rounds = short ? 3 : 20;
  const installed = { few: withPlugins(20), many: withPlugins(100) };
  const times: Record<keyof typeof installed, number[]> = { few: [], many: [] };
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, { cwd, env }] of Object.entries(installed)) {
      const startedAt = performance.now();
      execFileSync(process.execPath, [forgeEntry, 'runs', '--trust', '--no-input'], { cwd, env, stdio: 'ignore' });
      if (round >= 0) times[name as keyof typeof installed].push(performance.now() - startedAt);
    }
  }
  const few = median(times.few);
  const many = median(times.many);
  return [
    {
      what: 'Boot with 100 plugins beside 20, few of them used',
      value: many / few,
      unit: 'x',
      limit: 1.3,
      detail: `${many.toFixed(0)} ms beside ${few.toFixed(0)} ms of \`forge runs\``,
    },
  ];
};

function withPlugins(count: number) {
  const cwd = repository(5);
  for (let index = 0; index < count; index += 1) {
    const folder = join(cwd, '.forge', 'plugins', `forge-plugin-${index}`);
    mkdirSync(folder, { recursive: true });
    const manifest = {
      name: `forge-plugin-${index}`,
      version: '1.0.0',
      type: 'tool',
      entry: './index.js',
      provides: { tools: [`tool_${index}`] },
    };
    writeFileSync(join(folder, 'plugin.json'), JSON.stringify(manifest));
    writeFileSync(join(folder, 'index.js'), 'throw new Error("nothing uses this plugin");\n');
  }
  return { cwd, env: subjectEnvironment('http://127.0.0.1:9') };
}
