import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { appendFile, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { forgeError, type z } from '@forge/plugin-api';

/** What the server itself keeps, as small files that only their owner can read. */
export interface StateFolder {
  readonly path: string;
  /** Undefined when there is none. Throws STORE_CORRUPT when it is not what the schema says. */
  read<Schema extends z.ZodType>(name: string, schema: Schema): z.output<Schema> | undefined;
  /** Changes whenever the file does; undefined when there is none. */
  stamp(name: string): string | undefined;
  /** All or nothing, and durable when it resolves. */
  write(name: string, value: unknown): Promise<void>;
  /** One line, as JSON. Lines of callers at once do not mix. */
  append(name: string, value: unknown): Promise<void>;
  /** Names of files in a folder, such as `work/01J….json`. */
  list(folder: string): Promise<readonly string[]>;
  remove(name: string): Promise<void>;
}

const ownerOnly = { folder: 0o700, file: 0o600 };

export function createStateFolder(path: string): StateFolder {
  mkdirSync(path, { recursive: true, mode: ownerOnly.folder });
  const at = (name: string) => join(path, name);
  let versions = 0;
  return {
    path,
    read(name, schema) {
      let text: string;
      try {
        text = readFileSync(at(name), 'utf8');
      } catch {
        return undefined;
      }
      const parsed = schema.safeParse(jsonOf(text));
      if (parsed.success) return parsed.data;
      throw forgeError('STORE_CORRUPT', `${at(name)} cannot be read`, { where: at(name), fix: 'Remove it.' });
    },
    stamp(name) {
      const found = statSync(at(name), { throwIfNoEntry: false });
      return found === undefined ? undefined : `${found.mtimeMs}:${found.ino}:${found.size}`;
    },
    async write(name, value) {
      await mkdir(dirname(at(name)), { recursive: true, mode: ownerOnly.folder });
      versions += 1;
      const fresh = `${at(name)}.${versions}.tmp`;
      const file = await open(fresh, 'w', ownerOnly.file);
      try {
        await file.writeFile(`${JSON.stringify(value)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(fresh, at(name));
    },
    append: (name, value) => appendFile(at(name), `${JSON.stringify(value)}\n`, { mode: ownerOnly.file }),
    async list(folder) {
      const names = await readdir(at(folder)).catch(() => []);
      return names.filter((name) => name.endsWith('.json')).map((name) => `${folder}/${name}`);
    },
    remove: (name) => rm(at(name), { force: true }),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
