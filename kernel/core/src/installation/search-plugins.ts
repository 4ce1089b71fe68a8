import { forgeError, z } from '@forge/plugin-api';
import type { ForgeOptions } from '../forge.ts';
import { runToItsEnd } from './run-program.ts';

/** What npm's registries call a plugin of Forge. */
const keyword = 'forge-plugin';

const foundSchema = z.array(
  z.object({
    name: z.string(),
    version: z.string(),
    description: z.string().nullish(),
    keywords: z.array(z.string()).nullish(),
  }),
);

export interface FoundPackage {
  readonly name: string;
  readonly version: string;
  readonly description: string;
}

/**
 * Plugins in the registry that the project's npm settings name. Rejects with REGISTRY_UNREACHABLE when it does not answer.
 */
export async function searchPlugins(
  { cwd, env }: Pick<ForgeOptions, 'cwd' | 'env'>,
  words: readonly string[],
  signal: AbortSignal,
): Promise<readonly FoundPackage[]> {
  const args = ['search', '--json', '--no-audit', '--fetch-retries=0', `keywords:${keyword}`, ...words];
  const { code, stdout, lastWords } = await runToItsEnd({ file: 'npm', args, cwd, env, signal });
  if (code !== 0) {
    throw forgeError('REGISTRY_UNREACHABLE', 'The registry of packages gave no answer', {
      where: cwd,
      why: lastWords.split('\n').slice(0, 3).join('\n'),
      fix: 'see whether you are online, and which registry npm config get registry names',
    });
  }
  // A registry may know nothing of keywords, and give whatever the words fit.
  return foundSchema
    .parse(stdout.trim() === '' ? [] : JSON.parse(stdout))
    .filter(({ keywords }) => keywords?.includes(keyword) === true)
    .map(({ name, version, description }) => ({ name, version, description: description ?? '' }));
}
