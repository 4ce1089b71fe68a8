import { describe, expect, it } from 'vitest';
import { parseSkill } from '../../src/skills/parse-skill.ts';

const skill = (head: string, body = 'Do it.') => `---\n${head}\n---\n\n${body}\n`;
const description = 'description: Fills in forms';

describe('a SKILL.md', () => {
  it.each([
    ['the least', skill(`name: pdf\n${description}`), { name: 'pdf', description: 'Fills in forms' }],
    ['all fields of the standard', skill(`name: pdf\n${description}\nlicense: MIT\nmetadata: { a: '1' }`), {}],
    ['fields of other programs', skill(`name: pdf\n${description}\nallowed-tools: [Bash]\nmodel: x`), {}],
    ['a folded text', skill('name: pdf\ndescription: >-\n  Fills in\n  forms'), { description: 'Fills in forms' }],
    [
      'lines that end with CRLF',
      skill(`name: pdf\n${description}`).replaceAll('\n', '\r\n'),
      { instructions: 'Do it.' },
    ],
    ['no instructions', `---\nname: pdf\n${description}\n---`, { instructions: '' }],
    ['a line of dashes below', skill(`name: pdf\n${description}`, 'a\n---\nb'), { instructions: 'a\n---\nb' }],
    ['not for agents', skill(`name: pdf\n${description}\ndisable-model-invocation: true`), { forPeople: true }],
  ])('with %s is understood', async (_, text, expected) => {
    expect(await parseSkill(text, 'pdf')).toMatchObject({ name: 'pdf', forPeople: false, ...expected });
  });

  it.each([
    ['no front matter', '# pdf\n', /does not begin with front matter/],
    ['an open front matter', '---\nname: pdf\n', /does not begin with front matter/],
    ['an empty front matter', '---\n---\nx', /expected object/],
    ['a front matter that is no YAML', skill('name: [pdf'), /not YAML/],
    ['no name', skill(description), /^name: /],
    ['no description', skill('name: pdf'), /^description: /],
    ['an empty description', skill('name: pdf\ndescription: " "'), /^description: /],
    ['a description that is too long', skill(`name: pdf\ndescription: ${'x'.repeat(1025)}`), /^description: /],
    ['a name in capitals', skill(`name: PDF\n${description}`), /^name: expected lower-case/],
    ['a name that begins with a hyphen', skill(`name: -pdf\n${description}`), /^name: expected lower-case/],
    ['a name with two hyphens', skill(`name: pdf--x\n${description}`), /^name: expected lower-case/],
    ['a name that is a path', skill(`name: ../pdf\n${description}`), /^name: expected lower-case/],
    ['a name that is too long', skill(`name: ${'a'.repeat(65)}\n${description}`), /^name: /],
    ['a name that is a number', skill(`name: 5\n${description}`), /^name: /],
    ["another name than its folder's", skill(`name: doc\n${description}`), /its folder is "pdf"/],
  ])('with %s is not', async (_, text, expected) => {
    expect(await parseSkill(text, 'pdf')).toMatch(expected);
  });
});
