import { spawnSync } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { schemas } from './schemas.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const files = Object.keys(schemas).map((name) => join('config/schema', name));

for (const [index, schema] of Object.values(schemas).entries()) {
  writeFileSync(join(root, files[index] ?? ''), JSON.stringify(schema, undefined, 2));
}
// What the core is built with.
copyFileSync(join(root, 'config/defaults.json'), join(root, 'kernel/core/src/generated/defaults.json'));
const format = ['format', '--config-path=config', '--write', ...files];
const { status } = spawnSync(join(root, 'node_modules/.bin/biome'), format, { cwd: root, stdio: 'inherit' });
process.exitCode = status ?? 1;
