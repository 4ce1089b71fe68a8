import type { Change, Finding } from '@forge/plugin-api';

const testScripts = ['pretest', 'test', 'posttest'];

/** Findings about test scripts of package.json files that were there before and say something else now. */
export async function changedTestScripts(
  { base, commit, files }: Change,
  read: (commit: string, path: string) => Promise<string | undefined>,
): Promise<readonly Finding[]> {
  const manifests = files.map(({ path }) => path).filter((path) => /(^|\/)package\.json$/.test(path));
  const findings = await Promise.all(
    manifests.map(async (file) => {
      const [before, now] = await Promise.all([read(base, file), read(commit, file)]);
      if (before === undefined) return [];
      const [was, is] = [scriptsOf(before), scriptsOf(now)];
      const changed = testScripts.filter((name) => was[name] !== is[name] && (was['test'] ?? was[name]) !== undefined);
      return changed.map((name): Finding => {
        const words = [was[name], is[name]].map((script) => (script === undefined ? 'nothing' : `"${script}"`));
        return {
          severity: 'high',
          file,
          message: `Changes how tests are run: script ${name} was ${words[0]} and is ${words[1]}`,
        };
      });
    }),
  );
  return findings.flat();
}

function scriptsOf(manifest: string | undefined): Record<string, string> {
  try {
    const { scripts } = JSON.parse(manifest ?? '{}') as { readonly scripts?: Record<string, unknown> };
    return Object.fromEntries(
      Object.entries(scripts ?? {}).flatMap(([name, script]) => (typeof script === 'string' ? [[name, script]] : [])),
    );
  } catch {
    return {};
  }
}
