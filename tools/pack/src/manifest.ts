/** The parts of a package.json that matter to packing. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** What pnpm's protocols stand for in this repository. */
export interface Versions {
  readonly catalog: Readonly<Record<string, string>>;
  readonly workspace: Readonly<Record<string, string>>;
}

const onlyForDevelopment = new Set(['devDependencies', 'scripts', 'private']);

/**
 * A package's manifest as npm can install it: pnpm's `catalog:` and `workspace:` are replaced by exact versions, and
 * what only this repository uses is left out.
 *
 * @throws when a protocol names nothing that is known
 */
export function publishedManifest(manifest: Manifest, versions: Versions): Manifest {
  const kept = Object.entries(manifest).filter(([field]) => !onlyForDevelopment.has(field));
  return Object.fromEntries(
    kept.map(([field, value]) => [
      field,
      /^(peerD|d)ependencies$/.test(field) ? exact(value, manifest.name, versions) : value,
    ]),
  ) as unknown as Manifest;
}

function exact(ranges: unknown, owner: string, { catalog, workspace }: Versions): Record<string, string> {
  return Object.fromEntries(
    Object.entries(ranges as Record<string, string>).map(([name, range]) => {
      const known = range.startsWith('catalog:')
        ? catalog
        : range.startsWith('workspace:')
          ? workspace
          : { [name]: range };
      const version = known[name];
      if (version === undefined)
        throw new Error(`${owner} depends on ${name} "${range}", which is not in the repository`);
      return [name, version];
    }),
  );
}
