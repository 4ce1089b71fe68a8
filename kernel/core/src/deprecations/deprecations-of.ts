import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Deprecation } from '@forge/plugin-api';
import { filesOfCode } from '../trust/content-hash.ts';

const ofManifest = 'manifest.';
const ofSetup = 'setup.';

/** What of the plugin API a plugin uses and should not any more, as far as its files say it. Nothing of it runs. */
export function deprecationsOf(
  { folder, manifest }: { readonly folder: string; readonly manifest: unknown },
  table: readonly Deprecation[],
): readonly Deprecation[] {
  const exported = table.filter(({ name }) => !name.startsWith(ofManifest) && !name.startsWith(ofSetup));
  const imported = exported.length === 0 ? new Set<string>() : importedNames(folder, manifest);
  return table.filter(({ name }) =>
    name.startsWith(ofManifest) ? has(manifest, name.slice(ofManifest.length).split('.')) : imported.has(name),
  );
}

/** The same object; the first use of a member that will go is told, once. */
export function watched<T extends object>(
  context: T,
  table: readonly Deprecation[],
  tell: (used: Deprecation) => void,
): T {
  const members = Object.getOwnPropertyDescriptors(context) as Record<string, PropertyDescriptor>;
  for (const deprecation of table) {
    const name = deprecation.name.slice(ofSetup.length);
    const member = members[name];
    if (!deprecation.name.startsWith(ofSetup) || member === undefined) continue;
    let told = false;
    const get = () => {
      if (!told) tell(deprecation);
      told = true;
      return member.value as unknown;
    };
    members[name] = { get, enumerable: true };
  }
  return Object.create(null, members) as T;
}

export function deprecationWords({ name, since, goneIn, notBefore, instead }: Deprecation): string {
  return `uses ${name}, which is deprecated since @forge/plugin-api ${since} and goes with ${goneIn}, not before ${notBefore}: ${instead}`;
}

function has(value: unknown, [key, ...rest]: readonly string[]): boolean {
  if (key === undefined) return true;
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) && has(Reflect.get(value, key), rest);
}

/** `import { a, b as c } from`, the same with `require`, and `import * as api`, of which every `api.name` counts. */
const named = /\{([^{}]*)\}\s*(?:from\s*|=\s*require\(\s*)['"]@forge\/plugin-api['"]/g;
const whole = /(?:\*\s*as\s+([\w$]+)\s+from\s*|\b([\w$]+)\s*=\s*require\(\s*)['"]@forge\/plugin-api['"]/g;

function importedNames(folder: string, manifest: unknown): ReadonlySet<string> {
  const { entry } = manifest as { readonly entry?: unknown };
  // That its code is not there is told when it is to run.
  if (typeof entry !== 'string' || !existsSync(join(folder, entry))) return new Set();
  const texts = filesOfCode(join(folder, entry)).map((file) => readFileSync(file, 'utf8'));
  return new Set(texts.flatMap(namesIn));
}

function namesIn(text: string): string[] {
  const one = [...text.matchAll(named)].flatMap(([, list = '']) =>
    list.split(',').map(
      (part) =>
        part
          .trim()
          .replace(/^type\s+/, '')
          .split(/[\s:]/, 1)[0] ?? '',
    ),
  );
  const all = [...text.matchAll(whole)].flatMap(([, es, cjs]) =>
    Array.from(
      text.matchAll(new RegExp(`(?<![\\w$])${literal(es ?? cjs ?? '')}\\s*\\.\\s*([\\w$]+)`, 'g')),
      ([, name = '']) => name,
    ),
  );
  return [...one, ...all];
}

function literal(name: string): string {
  return name.replaceAll('$', '\\$');
}
