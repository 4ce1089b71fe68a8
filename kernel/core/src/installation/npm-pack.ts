import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { forgeError, z } from '@forge/plugin-api';
import type { FetchRequest } from './fetch-plugin.ts';
import { runToItsEnd } from './run-program.ts';

/** How npm says with `--json` what went wrong. */
const errorSchema = z.object({
  error: z.object({ code: z.union([z.string(), z.number()]), summary: z.string(), detail: z.string() }).partial(),
});

/** Fetches what npm takes as an archive into that folder, and gives its path. Rejects with INSTALL_FAILED. */
export async function npmPack({ spec, cwd, env, signal }: FetchRequest, folder: string): Promise<string> {
  const args = ['pack', spec, '--ignore-scripts', '--json', '--silent', '--pack-destination', folder];
  const { code, stdout, lastWords } = await runToItsEnd({ file: 'npm', args, cwd, env, signal }, 'INSTALL_FAILED');
  if (code !== 0) throw failed(spec, cwd, stdout, lastWords);
  const [archive] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
  if (archive === undefined) throw forgeError('INSTALL_FAILED', `npm made no archive of ${spec}`, { where: cwd });
  return join(folder, archive);
}

function failed(spec: string, where: string, stdout: string, lastWords: string) {
  const { code, summary, detail } = errorIn(stdout) ?? {};
  if (code === 'E404') {
    return forgeError('INSTALL_FAILED', `The registry has no package ${spec}`, {
      where,
      ...(summary === undefined ? {} : { why: summary }),
      fix: 'check the name: forge plugin search <words>; the registry is the one of npm config get registry',
    });
  }
  const why = summary === undefined ? lastWords : `${summary}\n${detail ?? ''}`.trim();
  return forgeError('INSTALL_FAILED', `npm could not get ${spec}`, { where, why });
}

function errorIn(stdout: string): z.output<typeof errorSchema>['error'] | undefined {
  try {
    return errorSchema.parse(JSON.parse(stdout)).error;
  } catch {
    return undefined;
  }
}
