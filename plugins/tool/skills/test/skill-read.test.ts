import { forgeError } from '@forge/plugin-api';
import { createRecordingLogger, createToolContext } from '@forge/testkit/fakes';
import { expect, test } from 'vitest';
import { pdf, skillRead } from './start.ts';

const context = createToolContext({ workspace: '/nowhere' });

test('the prompt has names and descriptions alone', async () => {
  const { description } = await skillRead();
  expect(description).toMatch(/Skills:\n- pdf: Fills in forms. Use it for PDF files.$/);
  expect(description).not.toMatch(/pdftk|fields\.md/);
});

test('a hundred long descriptions do not fill the prompt: the rest is known by name', async () => {
  const many = Array.from({ length: 100 }, (_, index) => ({
    ...pdf,
    name: `s${index}`,
    description: 'x'.repeat(1000),
  }));
  const { description } = await skillRead(many);
  expect(description.length).toBeLessThan(15_000);
  expect(description.match(/^- s\d+/gm)).toHaveLength(100);
});

test('no agent is offered it where there are no skills', async () => {
  expect((await skillRead([])).offered).toBe(false);
  expect((await skillRead()).offered).toBe(true);
});

test('the instructions come with what else can be read', async () => {
  const tool = await skillRead();
  expect(await tool.execute({ skill: 'pdf' }, context)).toBe(
    'Use pdftk.\n\n[skill .agents/skills/pdf; its files, to be read with "file":\nreferences/fields.md\nscripts/fill.py]',
  );
  expect(await tool.execute({ skill: 'pdf', file: 'references/fields.md' }, context)).toBe('Name, date.');
});

test('what is left out is told', async () => {
  const log = createRecordingLogger();
  await skillRead([], [forgeError('SKILL_INVALID', 'The skill a is left out', { fix: 'correct it' })], log);
  expect(log.entries).toEqual([
    expect.objectContaining({ level: 'warn', message: 'The skill a is left out', facts: { fix: 'correct it' } }),
  ]);
});
