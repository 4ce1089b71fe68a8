import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Words that nobody may ever see, each one of a kind and of a form that no masking of well-known tokens knows. */
export interface Canaries {
  /** A new one, under a name that says where it was planted. */
  make(place: string): string;
  /** A file with one in it. */
  plant(folder: string, ...paths: string[]): void;
  readonly count: number;
  /** The places whose canary stands in the text, plain, in base64 or in hexadecimal. */
  foundIn(text: string): string[];
  /** The same for all files below some folders. */
  foundBelow(folders: readonly string[], options?: { readonly except?: readonly string[] }): string[];
}

export function createCanaries(): Canaries {
  const made = new Map<string, string>();
  const patterns = () =>
    [...made].flatMap(([place, word]) => {
      const bytes = Buffer.from(word);
      return [word, bytes.toString('base64').replace(/=+$/, ''), bytes.toString('hex')].map(
        (pattern) => [place, pattern] as const,
      );
    });

  function make(place: string): string {
    // Eighteen bytes: base64 then has the same letters wherever a line of it begins.
    const word = `canary-${randomBytes(10).toString('hex').slice(0, 17)}`;
    made.set(place, word);
    return word;
  }

  return {
    make,
    plant(folder, ...paths) {
      for (const path of paths) {
        const file = join(folder, path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, `secret = ${make(path)}\n`);
      }
    },
    get count() {
      return made.size;
    },
    foundIn: (text) => [...new Set(patterns().flatMap(([place, pattern]) => (text.includes(pattern) ? [place] : [])))],
    foundBelow(folders, { except = [] } = {}) {
      const input = patterns()
        .map(([, pattern]) => pattern)
        .join('\n');
      const { stdout } = spawnSync('grep', ['-rlaF', '-f', '-', ...folders], { input, encoding: 'utf8' });
      return stdout.split('\n').filter((file) => file !== '' && !except.some((path) => file.startsWith(path)));
    },
  };
}
