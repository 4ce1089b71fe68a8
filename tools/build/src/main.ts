import { join } from 'node:path';
import { formatMessages, type BuildFailure } from 'esbuild';
import { bundle } from './bundle.ts';
import { repositoryRoot } from './repository.ts';
import { beginBundle, writeBundle } from './write.ts';

const folder = join(repositoryRoot, 'apps/cli/dist');
const started = beginBundle(folder);
try {
  writeBundle(folder, await bundle(repositoryRoot), started);
} catch (error) {
  const { errors } = error as Partial<BuildFailure>;
  if (errors === undefined) throw error;
  process.stderr.write((await formatMessages(errors, { kind: 'error' })).join(''));
  process.exitCode = 1;
}
