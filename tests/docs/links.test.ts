import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { documents, root } from './documents.ts';

const links = documents.flatMap(({ path, text }) =>
  [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => ({ path, target })),
);

describe('documents', () => {
  test('link to each other at all', () => expect(links.length).toBeGreaterThan(20));

  test.each(links.filter(({ target }) => !/^[a-z]+:/.test(target)))(
    '$path links to $target, which is there',
    (link) => {
      const [file = '', anchor] = link.target.split('#');
      const found = file === '' ? join(root, link.path) : join(root, dirname(link.path), file);
      expect(existsSync(found), relative(root, found)).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(readFileSync(found, 'utf8'))).toContain(anchor);
    },
  );

  // But for what a document has its reader make.
  const named = documents.flatMap(({ path, text, blocks }) =>
    [...withoutCode(text).matchAll(/`((?:kernel|plugins|apps|tools|tests|config)\/[\w./-]+)`/g)]
      .map(([, name = '']) => ({ path, name }))
      .filter(({ name }) => !blocks.some(({ file }) => file?.startsWith(name))),
  );
  test.each(named)('$path names $name, which is there', ({ name }) => {
    expect(existsSync(join(root, name)), name).toBe(true);
  });

  test('are all reached from README.md', () => {
    const reached = new Set(['README.md']);
    for (const path of reached) {
      for (const link of links.filter((one) => one.path === path)) {
        const target = join(dirname(path), link.target.split('#')[0] ?? '');
        if (documents.some((document) => document.path === target)) reached.add(target);
      }
    }
    expect(documents.map(({ path }) => path).filter((path) => !reached.has(path))).toEqual([]);
  });
});

/** As GitHub makes them of headings. */
function anchorsOf(text: string): string[] {
  return [...withoutCode(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, '');
}
