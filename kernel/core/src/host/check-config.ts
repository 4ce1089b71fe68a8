import { contributionKeys, type ForgeError, type Kind, type ResolvedConfig, z } from '@forge/plugin-api';
import type { Origin } from '../config/merge-layers.ts';
import { placed, schemaFaults, type SchemaIssue } from '../faults/schema-faults.ts';
import { closest, didYouMean } from '../faults/did-you-mean.ts';
import type { PluginRecord, Written } from '../manifests/plugin-record.ts';
import { expressionFault } from '../webhooks/index.ts';
import type { GivenOptions } from '../plugins/plugin-options.ts';

/** Settings that are names of contributions. `auto` is none. */
const nameSettings: readonly {
  readonly path: RegExp;
  readonly kind: Kind;
  /** Where the name stands inside of each item, when items are objects. */
  readonly key?: string;
}[] = [
  { path: /^agents\.\w+$/, kind: 'agent' },
  { path: /^llm\.provider$/, kind: 'llm' },
  { path: /^deployment\.deployer$/, kind: 'deployer' },
  { path: /^sandbox\.use$/, kind: 'sandbox' },
  { path: /^store$/, kind: 'store' },
  { path: /^memory$/, kind: 'memory' },
  { path: /^bus$/, kind: 'bus' },
  { path: /^executor$/, kind: 'executor' },
  { path: /^gates$/, kind: 'gate' },
  { path: /^tools\.(?:allow|deny)$/, kind: 'tool' },
  { path: /^webhookSender$/, kind: 'webhook' },
  { path: /^webhooks$/, kind: 'webhook', key: 'use' },
];
const noNames = ['auto', '*'];

/**
 * Names in the configuration that nothing answers to, each where it is written. The built-in defaults are not checked:
 * an app may come without their plugins, and what is used is looked up anyway. When some plugins could not be read,
 * only names that are nearly right are faults: another may belong to one of those.
 */
export async function checkNames(
  origins: Iterable<readonly [string, Origin]>,
  { plugins, leftOut }: { readonly plugins: readonly PluginRecord[]; readonly leftOut: readonly PluginRecord[] },
  allRead: boolean,
): Promise<ForgeError[]> {
  const faults: Promise<ForgeError>[] = [];
  for (const [path, origin] of origins) {
    const setting = nameSettings.find((one) => one.path.test(path));
    if (setting === undefined || origin.isDefault) continue;
    const { kind, key } = setting;
    const values = Array.isArray(origin.value) ? (origin.value as unknown[]) : [origin.value];
    for (const [index, item] of values.entries()) {
      const value = key === undefined ? item : (item as Readonly<Record<string, unknown>>)[key];
      if (typeof value !== 'string' || noNames.includes(value) || isKnown(kind, value, plugins)) continue;
      const steps = Array.isArray(origin.value)
        ? [...origin.path, index, ...(key === undefined ? [] : [key])]
        : origin.path;
      const owner = leftOut.find((record) => isKnown(kind, value, [record]));
      if (owner !== undefined) {
        faults.push(leftOutName(kind, value, owner.manifest.name, steps, origin.written));
        continue;
      }
      if (!allRead && closest(value, namesOf(kind, plugins)) === undefined) continue;
      faults.push(unknownName(kind, value, steps, origin.written, plugins));
    }
  }
  return Promise.all(faults);
}

function namesOf(kind: Kind, plugins: readonly PluginRecord[]): string[] {
  return plugins.flatMap(({ manifest }) => manifest.provides[contributionKeys[kind]]);
}

function isKnown(kind: Kind, value: string, plugins: readonly PluginRecord[]): boolean {
  const slash = value.lastIndexOf('/');
  return plugins.some(({ manifest }) => {
    const names = manifest.provides[contributionKeys[kind]];
    return names.includes(value) || (manifest.name === value.slice(0, slash) && names.includes(value.slice(slash + 1)));
  });
}

function unknownName(
  kind: Kind,
  value: string,
  at: readonly (string | number)[],
  written: Written,
  plugins: readonly PluginRecord[],
): Promise<ForgeError> {
  const names = namesOf(kind, plugins);
  const there = names.length === 0 ? `no plugin brings a ${kind}` : `there are: ${names.toSorted().join(', ')}`;
  return placed(
    { path: [], aspect: 'value', text: `there is no ${kind} "${value}"${didYouMean(value, names)}` },
    {
      code: 'CONTRIBUTION_NOT_FOUND',
      source: written.source,
      at,
      fix: `Choose another (${there}), or add the plugin that brings it to "plugins".`,
      ...(written.where === undefined ? {} : { where: written.where }),
    },
  );
}

/** Transforms of webhooks that are expressions and cannot be read as such, each where it is written. */
export async function checkTransforms(
  { webhooks }: Pick<ResolvedConfig, 'webhooks'>,
  origin: Origin | undefined,
): Promise<ForgeError[]> {
  const faults = webhooks.map(async ({ transform }, index) => {
    if (typeof transform !== 'string' || origin === undefined) return [];
    const why = await expressionFault(transform);
    if (why === undefined) return [];
    const { source, where } = origin.written;
    const fault = { path: [], aspect: 'value', text: `is no JMESPath expression: ${why}` } as const;
    const at = [...origin.path, index, 'transform'];
    return [await placed(fault, { code: 'CONFIG_INVALID', source, at, ...(where === undefined ? {} : { where }) })];
  });
  return (await Promise.all(faults)).flat();
}

function leftOutName(
  kind: Kind,
  value: string,
  plugin: string,
  at: readonly (string | number)[],
  written: Written,
): Promise<ForgeError> {
  return placed(
    { path: [], aspect: 'value', text: `the ${kind} "${value}" belongs to "${plugin}", which safe mode leaves out` },
    {
      code: 'PLUGIN_LEFT_OUT',
      source: written.source,
      at,
      plugin,
      fix: 'Choose another for now, or start without --safe-mode.',
      ...(written.where === undefined ? {} : { where: written.where }),
    },
  );
}

/** Options of a plugin that is named, held against the JSON Schema of its manifest; its own check comes later. */
export async function checkOptions(record: PluginRecord, given: GivenOptions): Promise<ForgeError[]> {
  const { options: schema, name } = record.manifest;
  if (schema === undefined || given.written === undefined) return [];
  const parser = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
  const { success, error } = parser.safeParse(given.value);
  if (success) return [];
  return schemaFaults(error.issues as unknown as SchemaIssue[], {
    code: 'PLUGIN_OPTIONS',
    subject: name,
    keyWord: 'option',
    schema: parser,
    value: given.value,
    source: given.written?.source,
    at: [...(given.written?.at ?? []), 'options'],
    shownAt: given.written?.at ?? [],
    plugin: name,
    ...(given.written?.where === undefined ? {} : { where: given.written.where }),
  });
}
