import { apiVersion, contributionKeys, type ForgeError, forgeError, kinds } from '@forge/plugin-api';
import { type Fault, placed } from '../faults/schema-faults.ts';
import type { PluginRecord } from './plugin-record.ts';
import { staysInside } from './read-manifest.ts';

/**
 * What the schema of one manifest cannot see: the range of the plugin API, plugins of the same name, and two owners of
 * one contribution. All faults, each with its place in the manifest that came second.
 */
export async function checkManifests(plugins: readonly PluginRecord[]): Promise<ForgeError[]> {
  const faults = [
    ...plugins.flatMap(checkApi),
    ...plugins.flatMap(checkEntry),
    ...sameNames(plugins),
    ...twoOwners(plugins),
  ];
  return (await Promise.all(faults)).filter((found) => found !== undefined);
}

type Pending = Promise<ForgeError | undefined>;

function fault(
  record: PluginRecord,
  code: 'MANIFEST_INVALID' | 'PLUGIN_API_RANGE' | 'CONTRIBUTION_DUPLICATE',
  found: Omit<Fault, 'aspect'>,
  details: { readonly why?: string; readonly fix: string },
): Pending {
  const { source, manifest } = record;
  const context = { code, source, plugin: manifest.name, fix: details.fix };
  return placed({ ...found, aspect: 'value' }, context).then((error) =>
    details.why === undefined ? error : forgeError(code, error.message, { ...error.details, why: details.why }),
  );
}

/** What nearly every manifest says; asking needs no library. */
const plainRanges = ['*', `^${apiVersion}`];

function checkApi(record: PluginRecord): Pending[] {
  return plainRanges.includes(record.manifest.api) ? [] : [checkRange(record)];
}

async function checkRange(record: PluginRecord): Promise<ForgeError | undefined> {
  const [{ default: satisfies }, { default: validRange }] = await Promise.all([
    import('semver/functions/satisfies.js'),
    import('semver/ranges/valid.js'),
  ]);
  const { api, name } = record.manifest;
  const path = ['api'];
  if (validRange(api) === null) {
    const text = `expected a range such as ^0.1.0, found "${api}"`;
    return fault(record, 'MANIFEST_INVALID', { path, text }, { fix: 'Correct "api" in its manifest.' });
  }
  if (satisfies(apiVersion, api, { includePrerelease: true })) return undefined;
  const text = `"${name}" needs @forge/plugin-api ${api}`;
  return fault(
    record,
    'PLUGIN_API_RANGE',
    { path, text },
    {
      why: `This Forge has ${apiVersion}.`,
      fix: `Install a version of "${name}" that works with ${apiVersion}, or another Forge.`,
    },
  );
}

function checkEntry(record: PluginRecord): Pending[] {
  if (record.definition !== undefined || staysInside(record.folder, record.manifest.entry)) return [];
  const text = `leads out of the plugin's folder: ${record.manifest.entry}`;
  return [
    fault(record, 'MANIFEST_INVALID', { path: ['entry'], text }, { fix: 'Keep the code of a plugin in its folder.' }),
  ];
}

function sameNames(plugins: readonly PluginRecord[]): Pending[] {
  const seen = new Map<string, PluginRecord>();
  return plugins.flatMap((record) => {
    const { name } = record.manifest;
    const first = seen.get(name);
    if (first === undefined) {
      seen.set(name, record);
      return [];
    }
    const text = `there are two plugins "${name}"`;
    return [
      fault(
        record,
        'MANIFEST_INVALID',
        { path: ['name'], text },
        {
          why: `The other is ${first.source.file}.`,
          fix: 'Rename or remove one of them.',
        },
      ),
    ];
  });
}

function twoOwners(plugins: readonly PluginRecord[]): Pending[] {
  return kinds.flatMap((kind) => {
    const key = contributionKeys[kind];
    const owners = new Map<string, PluginRecord>();
    return plugins.flatMap((record) =>
      record.manifest.provides[key].flatMap((name, index) => {
        const first = owners.get(name);
        if (first === undefined) {
          owners.set(name, record);
          return [];
        }
        const path = ['provides', key, index];
        const own = first === record ? 'this plugin, again' : `"${first.manifest.name}"`;
        return [
          fault(
            record,
            'CONTRIBUTION_DUPLICATE',
            { path, text: `the ${kind} "${name}" has two owners` },
            {
              why: `The first is ${own} (${first.source.file}).`,
              fix: 'Rename one of them: a name has one owner.',
            },
          ),
        ];
      }),
    );
  });
}
