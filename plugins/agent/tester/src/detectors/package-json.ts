import { z } from '@forge/plugin-api';
import type { ProjectView } from '../project-view.ts';

const names = z.record(z.string(), z.string()).catch({});

const packageSchema = z.object({
  packageManager: z.string().catch(''),
  scripts: names,
  dependencies: names,
  devDependencies: names,
  optionalDependencies: names,
  workspaces: z.unknown().optional(),
});

export interface PackageJson {
  /** `name@version`, or empty. */
  readonly packageManager: string;
  readonly scripts: Readonly<Record<string, string>>;
  /** Names of all that has to be installed. */
  readonly dependencies: readonly string[];
  readonly hasWorkspaces: boolean;
}

/** Undefined when there is none, when it was not read, or when it is no JSON object. */
export function readPackageJson(view: ProjectView): PackageJson | undefined {
  const text = view.manifests['package.json'];
  if (text === undefined) return undefined;
  const parsed = packageSchema.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  const { packageManager, scripts, dependencies, devDependencies, optionalDependencies, workspaces } = parsed.data;
  return {
    packageManager,
    scripts,
    dependencies: Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies }),
    hasWorkspaces: workspaces !== undefined,
  };
}

// A manifest may have been cut at its end, and what a repository holds is never trusted to be valid.
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
