import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from '@forge/plugin-api';
import { readIfThere } from '../state/places.ts';

const fileSchema = z.object({
  version: z.literal(1),
  /** For each repository's path: what may run there, as `name: hash of its content`. */
  repositories: z.record(z.string(), z.record(z.string(), z.string())),
});
type TrustFile = z.output<typeof fileSchema>;

export interface TrustStore {
  has(repository: string, name: string, hash: string): boolean;
  add(repository: string, entries: Readonly<Record<string, string>>): Promise<void>;
}

/** What the person has said may run, in a file of their own. A file that cannot be understood trusts nothing. */
export function createTrustStore(file: string, newId: () => string): TrustStore {
  const read = (): TrustFile => {
    const text = readIfThere(file);
    const parsed = fileSchema.safeParse(text === undefined ? undefined : parseJson(text));
    return parsed.success ? parsed.data : { version: 1, repositories: {} };
  };
  return {
    has: (repository, name, hash) => read().repositories[repository]?.[name] === hash,
    add: async (repository, entries) => {
      const { repositories } = read();
      const next: TrustFile = {
        version: 1,
        repositories: { ...repositories, [repository]: { ...repositories[repository], ...entries } },
      };
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      const fresh = `${file}.${newId()}.tmp`;
      await writeFile(fresh, `${JSON.stringify(next, undefined, 2)}\n`, { mode: 0o600 });
      await rename(fresh, file);
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
