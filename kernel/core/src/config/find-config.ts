import { readdirSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { forgeError } from '@forge/plugin-api';

/** Extensions of configuration files. Code runs when it is read; data does not. */
export const codeExtensions = ['.ts', '.mts', '.js', '.mjs', '.cjs'] as const;
const dataExtensions = ['.json', '.yaml', '.yml'] as const;
const extensions: readonly string[] = [...codeExtensions, ...dataExtensions];

/** Reading it runs it. */
export function isCode(file: string): boolean {
  return (codeExtensions as readonly string[]).includes(extname(file));
}

/** `forge.config.*` of the nearest folder that has one, from `cwd` upwards to the top of the repository. */
export function findProjectConfig(cwd: string, top: string): string | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const found = configIn(folder, 'forge.config');
    if (found !== undefined) return found;
    if (folder === top || dirname(folder) === folder) return undefined;
  }
}

/** `config.*` in the person's own folder of Forge. */
export function findUserConfig(folder: string): string | undefined {
  return configIn(folder, 'config');
}

function configIn(folder: string, stem: string): string | undefined {
  const found = entriesOf(folder).filter(
    (name) => name.startsWith(`${stem}.`) && extensions.includes(name.slice(stem.length)),
  );
  if (found.length < 2) return found[0] === undefined ? undefined : join(folder, found[0]);
  throw forgeError('CONFIG_INVALID', `There are ${found.length} configurations in one folder: ${found.join(', ')}`, {
    where: folder,
    fix: 'Keep one of them.',
  });
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes(code)) return [];
    throw error;
  }
}
