import {
  type Contributions,
  contributionKeys,
  type ErrorDetails,
  type ForgeError,
  ForgeFaults,
  forgeError,
  type Kind,
  kinds,
} from '@forge/plugin-api';
import { didYouMean } from '../faults/did-you-mean.ts';
import type { Contribution } from '../guards/guard.ts';
import { guardRules, shapeFault } from '../guards/index.ts';
import type { PluginRecord } from '../manifests/plugin-record.ts';

/** One thing that a plugin brought. */
export interface Provided {
  readonly kind: Kind;
  readonly name: string;
  readonly contribution: Contribution;
}

/** What `setup` may give besides contributions. */
const otherKeys = ['stop', 'check', 'setup', 'options'];

/**
 * What a plugin brought, held against what its manifest declares. Missing, undeclared and misshapen contributions are
 * PLUGIN_MISMATCH, all of them at once.
 */
export function providedBy(record: PluginRecord, given: Contributions): Provided[] {
  const { manifest } = record;
  const details: ErrorDetails = { where: record.source.file, plugin: manifest.name };
  const mismatch = (text: string, fix?: string): ForgeError =>
    forgeError(
      'PLUGIN_MISMATCH',
      `The plugin "${manifest.name}" ${text}`,
      fix === undefined ? details : { ...details, fix },
    );
  if (typeof given !== 'object' || given === null) throw mismatch('gave nothing from setup()');

  const faults: ForgeError[] = [];
  const keys = Object.values(contributionKeys) as string[];
  for (const key of Object.keys(given)) {
    if (keys.includes(key) || otherKeys.includes(key)) continue;
    faults.push(mismatch(`provides "${key}", which is no kind of contribution${didYouMean(key, keys)}`));
  }
  const provided = kinds.flatMap((kind) => {
    const found = collect(kind, given[contributionKeys[kind]], (text) => faults.push(mismatch(text)));
    faults.push(...compare(kind, found, manifest.provides[contributionKeys[kind]], mismatch));
    return found;
  });
  if (faults.length > 0) throw faults.length === 1 ? faults[0] : new ForgeFaults(faults);
  return provided;
}

function collect(kind: Kind, list: unknown, fault: (text: string) => void): Provided[] {
  if (list === undefined) return [];
  if (!Array.isArray(list)) {
    fault(`gives "${contributionKeys[kind]}" as something other than an array`);
    return [];
  }
  return list.flatMap((contribution: unknown, index) => {
    const name = nameOf(kind, contribution);
    const problem = shapeFault(guardRules[kind], contribution) ?? (name === undefined ? 'has no name' : undefined);
    if (problem === undefined && name !== undefined)
      return [{ kind, name, contribution: contribution as Contribution }];
    fault(`brings a wrong ${kind}: ${name === undefined ? `number ${index + 1}` : `"${name}"`} ${problem}`);
    return name === undefined ? [] : [{ kind, name, contribution: contribution as Contribution }];
  });
}

function compare(
  kind: Kind,
  found: readonly Provided[],
  declared: readonly string[],
  mismatch: (text: string, fix?: string) => ForgeError,
): ForgeError[] {
  const names = found.map(({ name }) => name);
  const undeclared = names.filter((name) => !declared.includes(name));
  const missing = declared.filter((name) => !names.includes(name));
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  return [
    ...missing.map((name) =>
      mismatch(`declares the ${kind} "${name}" but does not provide it${didYouMean(name, undeclared)}`),
    ),
    ...undeclared.map((name) =>
      mismatch(
        `provides the ${kind} "${name}" without declaring it${didYouMean(name, missing)}`,
        `Add "${name}" to provides.${contributionKeys[kind]} in its plugin.json.`,
      ),
    ),
    ...twice.map((name) => mismatch(`provides the ${kind} "${name}" twice`)),
  ];
}

function nameOf(kind: Kind, contribution: unknown): string | undefined {
  const fields = contribution as { readonly id?: unknown; readonly name?: unknown } | null | undefined;
  const name = kind === 'agent' || kind === 'gate' ? fields?.id : fields?.name;
  return typeof name === 'string' && name !== '' ? name : undefined;
}
