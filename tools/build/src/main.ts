import { join } from 'node:path';
import { bundle } from './bundle.ts';
import { repositoryRoot } from './repository.ts';
import { writeBundle } from './write.ts';

writeBundle(join(repositoryRoot, 'apps/cli/dist'), await bundle(repositoryRoot), Date.now());
