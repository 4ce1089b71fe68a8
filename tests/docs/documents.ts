import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root: string = fileURLToPath(new URL('../../', import.meta.url));

/** A fenced block. `language` is the first word behind the fence, `file` the second: where the block belongs. */
export interface Block {
  readonly language: string;
  readonly file: string | undefined;
  readonly text: string;
  /** Of the fence, from 1. */
  readonly line: number;
}

export interface Document {
  /** From the top of the repository. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

/** README.md and everything in docs. */
export const documents: readonly Document[] = ['README.md', ...globSync('docs/**/*.md', { cwd: root })]
  .sort()
  .map((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return { path, text, blocks: blocksOf(text) };
  });

export function documentAt(path: string): Document {
  const found = documents.find((document) => document.path === path);
  if (found === undefined) throw new Error(`there is no ${path}`);
  return found;
}

function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  const fences = /^```(\S*)(?: (\S+))?\n([\s\S]*?)^```$/gm;
  for (const { index, 1: language = '', 2: file, 3: body = '' } of text.matchAll(fences)) {
    blocks.push({ language, file, text: body, line: text.slice(0, index).split('\n').length });
  }
  return blocks;
}

/** Headings and the rows of tables below each, as cells. */
export function tableRows(text: string, heading: string): string[][] {
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .slice(1, line.lastIndexOf('|'))
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}
