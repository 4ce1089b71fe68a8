import { join } from 'node:path';
import { formatMessages, type BuildFailure } from 'esbuild';
import { bundle } from './bundle.ts';
import { repositoryRoot } from './repository.ts';
import { writeBundle } from './write.ts';

const started = new Date();
try {
  writeBundle(join(repositoryRoot, 'apps/cli/dist'), await bundle(repositoryRoot), started);
} catch (error) {
  const { errors } = error as Partial<BuildFailure>;
  if (errors === undefined) throw error;
  process.stderr.write((await formatMessages(errors, { kind: 'error' })).join(''));
  process.exitCode = 1;
}
