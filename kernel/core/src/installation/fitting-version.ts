import { apiVersion, type ForgeError, forgeError, isForgeError, z } from '@forge/plugin-api';
import type { ForgeOptions } from '../forge.ts';
import type { FetchedPlugin } from './fetch-plugin.ts';
import { runToItsEnd } from './run-program.ts';

/** npm leaves out what no version has, and lists where there is only one. */
const versionSchema = z.union([
  z.string().transform((version) => ({ version, peerDependencies: undefined })),
  z.object({ version: z.string(), peerDependencies: z.record(z.string(), z.string()).optional() }),
]);
const viewSchema = z.union([versionSchema.transform((one) => [one]), z.array(versionSchema)]);

/**
 * For a package of a registry that needs another plugin API: the same error with the newest version that fits, as its
 * versions say with `peerDependencies`. Any other error stays what it is.
 */
export async function withFittingVersion(
  error: unknown,
  {
    spec,
    packageName,
    version,
    form,
  }: Pick<FetchedPlugin, 'packageName' | 'version' | 'form'> & { readonly spec: string },
  { cwd, env }: Pick<ForgeOptions, 'cwd' | 'env'>,
  signal: AbortSignal,
): Promise<unknown> {
  const isNamed = spec === packageName || spec.startsWith(`${packageName}@`);
  if (!isForgeError(error, 'PLUGIN_API_RANGE') || form !== 'package' || !isNamed) return error;
  const args = ['view', `${packageName}@>=0.0.0`, 'version', 'peerDependencies', '--json'];
  const { code, stdout } = await runToItsEnd({ file: 'npm', args, cwd, env, signal });
  const versions = code === 0 ? viewSchema.safeParse(JSON.parse(stdout)) : undefined;
  if (versions?.success !== true) return error;
  // Whatever the registry says of the one at hand: its manifest does not fit.
  const others = versions.data.filter((each) => each.version !== version);
  return withFix(error, packageName, await newestOf(others));
}

async function newestOf(versions: z.output<typeof viewSchema>): Promise<string | undefined> {
  const [{ default: satisfies }, { default: compare }] = await Promise.all([
    import('semver/functions/satisfies.js'),
    import('semver/functions/compare.js'),
  ]);
  return versions
    .filter(
      ({ peerDependencies: { '@forge/plugin-api': range } = {} }) =>
        range !== undefined && satisfies(apiVersion, range),
    )
    .map(({ version }) => version)
    .sort(compare)
    .at(-1);
}

function withFix({ code, message, details }: ForgeError, name: string, version: string | undefined): ForgeError {
  const fix =
    version === undefined
      ? `none of its versions says that it works with ${apiVersion}: another Forge is needed`
      : `the newest version that works with ${apiVersion}: forge plugin add ${name}@${version}`;
  return forgeError(code, message, { ...details, fix });
}
