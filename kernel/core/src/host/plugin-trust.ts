import { basename, join, relative, sep } from 'node:path';
import { isCode } from '../config/find-config.ts';
import type { PluginRecord, PluginUse } from '../manifests/plugin-record.ts';
import { hashCode, hashFolder } from '../trust/content-hash.ts';
import type { TrustSubject } from '../trust/trust.ts';

export interface RepositoryUse extends PluginUse {
  /** The repository's own configuration says it, not the person's. */
  readonly fromRepository: boolean;
}

export interface PluginTrustOptions {
  /** Absolute path of the repository, links followed. */
  readonly repository: string;
  readonly uses: readonly RepositoryUse[];
  readonly used: ReadonlyMap<PluginUse, PluginRecord>;
}

/**
 * What a person has to trust before a plugin of theirs runs: the plugin, when the repository brings it or asks for it;
 * and options that the repository sets for a plugin that reads secrets, because an address there decides who gets them.
 */
export function trustSubjects(record: PluginRecord, options: PluginTrustOptions): TrustSubject[] {
  const asked = options.uses.filter((use) => use.fromRepository && options.used.get(use) === record);
  if (record.origin !== 'default') {
    const inside = record.folder.startsWith(options.repository + sep);
    if (record.origin !== 'project' && !inside && asked.length === 0) return [];
    const name = inside ? relative(options.repository, record.folder) : record.folder;
    const hash = () => hashFolder(record.folder);
    const plugin: TrustSubject = { name, what: `plugin ${record.manifest.name}`, hash };
    // The repository asks for it, and a process of its own is what would protect the person.
    const letIn = asked.findLast(({ inProcess }) => inProcess !== undefined)?.inProcess === true;
    return letIn ? [plugin, inProcessSubject(name, hash)] : [plugin];
  }
  if (record.manifest.permissions.secrets.length === 0) return [];
  return asked
    .filter(({ options: given }) => Object.keys(given).length > 0)
    .flatMap((use) => fileOf(use, record, options));
}

/** A plugin of that name, let into Forge's own process. */
export function inProcessSubject(name: string, hash: TrustSubject['hash']): TrustSubject {
  return { name: `${name} in Forge's own process`, what: 'with all your rights', hash };
}

/** The file that sets options. One in code was trusted as a whole, before it could say anything. */
function fileOf(use: RepositoryUse, record: PluginRecord, { repository }: PluginTrustOptions): TrustSubject[] {
  const { source } = use.written;
  if (source === undefined || isCode(source.file)) return [];
  const file = join(use.base, basename(source.file));
  // The hash that the file has when it is asked for as a whole: what is trusted counts for both.
  return [
    {
      name: relative(repository, file),
      what: `options for ${record.manifest.name}, which reads secrets`,
      hash: () => hashCode(file),
    },
  ];
}
