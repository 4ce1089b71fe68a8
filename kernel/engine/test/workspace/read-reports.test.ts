import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readReport, readReports } from '../../src/workspace/read-reports.ts';

function folder() {
  const top = realpathSync(mkdtempSync(join(tmpdir(), 'forge-reports-')));
  onTestFinished(() => rmSync(top, { recursive: true, force: true }));
  const path = (name: string) => join(top, name);
  const write = (name: string, text = name) => {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), text);
  };
  return { top, path, write };
}

it('reads a file that tests wrote', async () => {
  const { path, write } = folder();
  write('report.xml', '<testsuites/>');
  expect(await readReport(path('report.xml'))).toBe('<testsuites/>');
});

it.each<{ name: string; make: (place: ReturnType<typeof folder>) => void }>([
  { name: 'none', make: () => undefined },
  { name: 'a folder', make: ({ path }) => mkdirSync(path('in/report.xml'), { recursive: true }) },
  {
    name: 'a link to another file',
    make: ({ path, write }) => (
      write('secret'), mkdirSync(path('in')), symlinkSync(path('secret'), path('in/report.xml'))
    ),
  },
  {
    name: 'a file behind a linked folder',
    make: ({ path, write }) => (write('other/report.xml'), symlinkSync(path('other'), path('in'))),
  },
  {
    name: 'a pipe that nobody writes to',
    make: ({ path }) => (mkdirSync(path('in')), execFileSync('mkfifo', [path('in/report.xml')])),
  },
  {
    name: 'more than fits',
    make: ({ path, write }) => (write('in/report.xml'), truncateSync(path('in/report.xml'), 33 * 1024 * 1024)),
  },
])('does not read $name', async ({ make }) => {
  const place = folder();
  make(place);
  expect(await readReport(place.path('in/report.xml'))).toBeUndefined();
});

it('finds reports in all folders of a project, but in those of others', async () => {
  const { top, path, write } = folder();
  for (const name of ['a/out/1.xml', 'out/2.xml', 'out/2.txt', 'node_modules/x/out/3.xml', 'elsewhere/out/4.xml'])
    write(name);
  symlinkSync(path('elsewhere'), path('a/link'));
  expect(await readReports(top, (name) => /^(a\/)?(link\/)?out\/\d\.xml$/.test(name))).toEqual([
    'a/out/1.xml',
    'out/2.xml',
  ]);
});

it('knows nothing when one of the reports cannot be read', async () => {
  const { top, path, write } = folder();
  write('1.xml');
  symlinkSync('/etc/passwd', path('2.xml'));
  expect(await readReports(top, (name) => name.endsWith('.xml'))).toBeUndefined();
});
