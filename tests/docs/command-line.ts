import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './documents.ts';

interface Option {
  readonly flags: string;
}

interface Row {
  readonly name: string;
  readonly options?: readonly Option[];
  readonly hidden?: true;
}

// The command line is a program: what it exports is for itself alone, so its table is loaded and not imported.
const load = async (path: string): Promise<unknown> => import(pathToFileURL(join(root, 'apps/cli/src', path)).href);

const loaded = (await Promise.all([load('command.ts'), load('command-table/command-table.ts')])) as [
  { readonly globalFlags: readonly Option[] },
  { readonly commandTable: readonly Row[] },
];

export const [{ globalFlags }, { commandTable }] = loaded;
