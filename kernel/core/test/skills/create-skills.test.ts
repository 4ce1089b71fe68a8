import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { definePlugin, type Interaction } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { open } from '../support/open.ts';
import { manifest } from '../support/open.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const skill = (name: string, text = 'Do it.') => `---\nname: ${name}\ndescription: About ${name}\n---\n${text}\n`;

/** What agents may use, what is left out, and how it is read: as a plugin sees it. */
async function skillsIn(repository: string, more: Parameters<typeof open>[1] = { trust: true }) {
  let read: ((name: string, file?: string) => Promise<string>) | undefined;
  const probe = {
    manifest: manifest('probe', { tools: ['probe'] }),
    definition: definePlugin({
      async setup({ skills }) {
        read = (...all) => skills.read(...all);
        throw new Error('that is all');
      },
    }),
  };
  const forge = await open(repository, { ...more, inlinePlugins: [probe, ...(more?.inlinePlugins ?? [])] });
  await forge.get('tool', 'probe').catch(() => undefined);
  const { skills, faults } = await forge.skills();
  return {
    names: skills.map(({ source }) => source),
    skills,
    faults: faults.map(({ code, message }) => `${code} ${message}`),
    read: (name: string, file?: string) => read?.(name, file),
  };
}

describe('skills of the repository', () => {
  it('come from both folders, with what else lies in them', async () => {
    const repository = temporaryFolder({
      '.agents/skills/pdf/SKILL.md': skill('pdf'),
      '.agents/skills/pdf/scripts/fill.py': 'print()',
      '.claude/skills/release/SKILL.md': skill('release'),
      '.claude/skills/README.md': 'no skill',
      '.claude/skills/drafts/notes.md': 'no skill either',
    });
    const { skills, faults } = await skillsIn(repository);
    expect(skills).toEqual([
      { name: 'pdf', description: 'About pdf', source: '.agents/skills/pdf', files: ['scripts/fill.py'] },
      { name: 'release', description: 'About release', source: '.claude/skills/release', files: [] },
    ]);
    expect(faults).toEqual([]);
  });

  it('are told what is wrong with them, each', async () => {
    const outside = temporaryFolder({ 'far/SKILL.md': skill('far') });
    const repository = temporaryFolder({
      '.agents/skills/pdf/SKILL.md': skill('pdf'),
      '.claude/skills/pdf/SKILL.md': skill('pdf', 'Another one.'),
      '.claude/skills/Bad/SKILL.md': skill('Bad'),
      '.claude/skills/hand/SKILL.md': skill('hand').replace('\n---\n', '\ndisable-model-invocation: true\n---\n'),
    });
    symlinkSync(join(outside, 'far'), join(repository, '.claude/skills/far'));
    const { names, faults } = await skillsIn(repository);
    expect(names).toEqual(['.agents/skills/pdf']);
    expect(faults).toEqual([
      expect.stringMatching(/^SKILL_INVALID .*\.claude\/skills\/Bad is left out: name: expected lower-case/),
      expect.stringMatching(/^SKILL_INVALID .*skills\/far is left out: it is a link that leads out/),
      expect.stringMatching(/^SKILL_INVALID .*skills\/hand is left out: it says disable-model-invocation/),
      expect.stringMatching(/^SKILL_INVALID .*\.claude\/skills\/pdf is left out: there is another one/),
    ]);
  });

  it('are found once where one folder is a link to the other', async () => {
    const repository = temporaryFolder({ '.agents/skills/pdf/SKILL.md': skill('pdf') });
    symlinkSync('.agents', join(repository, '.claude'));
    const { names, faults } = await skillsIn(repository);
    expect([names, faults]).toEqual([['.agents/skills/pdf'], []]);
  });

  it('are left out, and said to be, until the person trusts them in this content', async () => {
    const repository = temporaryFolder({ '.agents/skills/pdf/SKILL.md': skill('pdf') });
    const home = { env: { HOME: temporaryFolder() } };
    const before = await skillsIn(repository, home);
    expect(before.names).toEqual([]);
    expect(before.faults).toEqual([expect.stringMatching(/^TRUST_REQUIRED .*--trust: \.agents\/skills\/pdf/)]);
    await skillsIn(repository, { ...home, trust: true });
    expect((await skillsIn(repository, home)).names).toEqual(['.agents/skills/pdf']);
    writeFileSync(join(repository, '.agents/skills/pdf/run.sh'), 'rm -rf /');
    expect((await skillsIn(repository, home)).names).toEqual([]);
  });

  it('are asked about once, all together, where somebody is there to ask', async () => {
    const repository = temporaryFolder({
      '.agents/skills/a/SKILL.md': skill('a'),
      '.agents/skills/b/SKILL.md': skill('b'),
    });
    const asked: string[] = [];
    const interaction = (answer: string): Interaction => ({
      interactive: true,
      ask: async ({ body = '' }) => {
        asked.push(body);
        return answer;
      },
    });
    expect((await skillsIn(repository, { interaction: interaction('no') })).names).toEqual([]);
    expect((await skillsIn(repository, { interaction: interaction('yes') })).names).toHaveLength(2);
    expect(asked).toEqual(Array(2).fill(expect.stringMatching(/skills\/a .*\n.*skills\/b /)));
  });
});

describe('reading', () => {
  it('stays in the folder of the skill, and gives texts alone', async () => {
    const repository = temporaryFolder({
      'secret.txt': 'secret',
      '.agents/skills/pdf/SKILL.md': skill('pdf', '# How'),
      '.agents/skills/pdf/references/a.md': 'A',
      '.agents/skills/pdf/blob.bin': '\0',
      '.agents/skills/pdf/big.txt': 'x'.repeat(200_001),
    });
    symlinkSync('../../../secret.txt', join(repository, '.agents/skills/pdf/link.txt'));
    const { read } = await skillsIn(repository);
    expect(await read('pdf')).toBe('# How');
    expect(await read('pdf', 'references/a.md')).toBe('A');
    for (const file of ['../../../secret.txt', join(repository, 'secret.txt'), 'link.txt', 'none', 'references', '.']) {
      await expect(read('pdf', file), file).rejects.toMatchObject({
        code: 'INPUT_INVALID',
        message: expect.stringContaining('has no file'),
      });
    }
    await expect(read('pdf', 'blob.bin')).rejects.toThrow('no text');
    await expect(read('pdf', 'big.txt')).rejects.toThrow('larger than');
    await expect(read('../pdf')).rejects.toThrow('There is no skill "../pdf". There are: pdf');
  });

  it('gives nothing that was not trusted', async () => {
    const repository = temporaryFolder({ '.agents/skills/pdf/SKILL.md': skill('pdf') });
    const { read } = await skillsIn(repository);
    writeFileSync(join(repository, '.agents/skills/pdf/SKILL.md'), skill('pdf', 'Changed.'));
    await expect(read('pdf')).rejects.toMatchObject({ code: 'TRUST_REQUIRED' });
  });
});

describe('skills of plugins', () => {
  const plugin = (files: object, more = {}) =>
    temporaryFolder({
      'plugin.json': manifest('forge-plugin-pdf', {}, { skills: './skills', ...more }),
      'index.ts': 'export default { forgePlugin: 1, setup: async () => ({}) };',
      ...(files as Record<string, string>),
    });

  it('come with a plugin that the person uses; the repository has the first word', async () => {
    const folder = plugin({ 'skills/pdf/SKILL.md': skill('pdf'), 'skills/ocr/SKILL.md': skill('ocr') });
    const repository = temporaryFolder({ '.agents/skills/pdf/SKILL.md': skill('pdf') });
    const { names, faults } = await skillsIn(repository, { trust: true, flags: { plugins: [folder] } });
    expect(names).toEqual(['.agents/skills/pdf', 'forge-plugin-pdf/skills/ocr']);
    expect(faults).toEqual([expect.stringContaining('forge-plugin-pdf/skills/pdf is left out: there is another one')]);
  });

  it('need trust like the plugin, where the repository brings it', async () => {
    const repository = temporaryFolder({
      '.forge/plugins/pdf/plugin.json': manifest('pdf', {}, { skills: './skills' }),
      '.forge/plugins/pdf/skills/ocr/SKILL.md': skill('ocr'),
    });
    const { names, faults } = await skillsIn(repository, {});
    expect(names).toEqual([]);
    expect(faults).toEqual([expect.stringContaining('TRUST_REQUIRED')]);
    expect((await skillsIn(repository)).names).toEqual(['pdf/skills/ocr']);
  });

  it('do not come from outside of the plugin, nor with one that waits to be named', async () => {
    const outside = temporaryFolder({ 'ocr/SKILL.md': skill('ocr') });
    const folder = plugin({}, { skills: `./../${outside.split('/').at(-1)}` });
    const { names, faults } = await skillsIn(temporaryFolder(), { trust: true, flags: { plugins: [folder] } });
    expect([names, faults]).toEqual([[], [expect.stringContaining('leads out')]]);
    const waiting = manifest('waiting', {}, { skills: './skills', optIn: true });
    const inside = temporaryFolder({ 'skills/ocr/SKILL.md': skill('ocr') });
    const definition = definePlugin({});
    const inline = { inlinePlugins: [{ manifest: waiting, definition, folder: inside }] };
    expect((await skillsIn(temporaryFolder(), inline)).names).toEqual([]);
    const named = { ...inline, flags: { plugins: ['waiting'] } };
    expect((await skillsIn(temporaryFolder(), named)).names).toEqual(['waiting/skills/ocr']);
  });
});
