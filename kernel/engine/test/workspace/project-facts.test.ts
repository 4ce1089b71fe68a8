import { afterEach, describe, expect, it } from 'vitest';
import { projectFactsSchema } from '@forge/plugin-api';
import { type RepositoryFixture, repositoryFixture } from './repository-fixture.ts';

let fixture: RepositoryFixture;
afterEach(() => fixture.remove());

async function facts(script: string) {
  fixture = repositoryFixture({ empty: true });
  fixture.shell(script);
  fixture.commitAll('first');
  fixture.shell('echo dirty > README.md; echo untracked > untracked.ts; echo x > package.json');
  const workspaces = await fixture.workspaces();
  return workspaces.facts(workspaces.base.commit);
}

describe('project facts', () => {
  it('show the commit, not the working tree', async () => {
    const found = await facts(
      'mkdir -p src docs; echo "# Hello" > README.md; echo {} > package.json; echo go > go.mod; echo Be brief. > AGENTS.md; touch src/a.ts src/b.ts src/c.test.ts docs/x.md Makefile .env src/.hidden',
    );
    expect(projectFactsSchema.parse(found)).toEqual({
      files: [
        '.env',
        'AGENTS.md',
        'Makefile',
        'README.md',
        'docs/x.md',
        'go.mod',
        'package.json',
        'src/.hidden',
        'src/a.ts',
        'src/b.ts',
        'src/c.test.ts',
      ],
      fileCount: 11,
      languages: { md: 3, ts: 3, json: 1, mod: 1 },
      manifests: { Makefile: '', 'go.mod': 'go\n', 'package.json': '{}\n' },
      readme: '# Hello\n',
      instructions: 'Be brief.\n',
    });
  });

  const INSTRUCTIONS = [
    { name: 'AGENTS.md before CLAUDE.md', script: 'echo a > AGENTS.md; echo c > CLAUDE.md', expected: 'a\n' },
    { name: 'CLAUDE.md alone', script: 'echo c > CLAUDE.md', expected: 'c\n' },
    {
      name: 'a link inside the repository',
      script: 'mkdir d; echo d > d/x.md; ln -s d/x.md AGENTS.md',
      expected: 'd\n',
    },
    { name: 'a link that leads outside', script: 'ln -s /etc/passwd AGENTS.md', expected: '' },
    { name: 'a link to nothing', script: 'ln -s none AGENTS.md', expected: '' },
    { name: 'a folder of that name', script: 'mkdir AGENTS.md; touch AGENTS.md/x', expected: '' },
    { name: 'a binary', script: `printf 'a\\000' > AGENTS.md`, expected: '' },
    { name: 'none', script: 'touch x', expected: '' },
  ];
  it.each(INSTRUCTIONS)('instructions: $name', async ({ script, expected }) => {
    expect((await facts(script)).instructions).toBe(expected);
  });

  it('are capped, and say so', async () => {
    const found = await facts(
      'mkdir -p deep/er; for i in $(seq 2100); do : > deep/er/$i.py; done; touch top.py; head -c 100000 /dev/zero | tr "\\0" x > README.md',
    );
    expect(found.fileCount).toBe(2102);
    expect(found.files).toHaveLength(2000);
    expect(found.files).toEqual(expect.arrayContaining(['top.py', 'README.md']));
    expect(found.files).toEqual(found.files.toSorted());
    expect(found.readme.length).toBeLessThan(6_100);
    expect(found.readme).toMatch(/94000 more characters …\]\n$/);
  });

  it('know the instructions of folders, one a folder', async () => {
    fixture = repositoryFixture({ empty: true });
    fixture.shell(
      'mkdir -p web/app docs; touch AGENTS.md web/AGENTS.md web/CLAUDE.md web/app/CLAUDE.md docs/agents.md docs/XAGENTS.md',
    );
    fixture.commitAll('first');
    const workspaces = await fixture.workspaces();
    expect(await workspaces.instructionFiles(workspaces.base.commit)).toEqual(['web/AGENTS.md', 'web/app/CLAUDE.md']);
  });
});
