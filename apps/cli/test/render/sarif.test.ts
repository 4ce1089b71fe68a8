import { readFileSync } from 'node:fs';
import { z, type Finding } from '@forge/plugin-api';
import { expect, it } from 'vitest';
import { sarifOf } from '../../src/render/sarif.ts';
import { started, step, story } from '../event-story.ts';

// Zod takes a reference for a whole address; that ours are references is compared below.
const schemaText = readFileSync(new URL('fixtures/sarif-2.1.0.schema.json', import.meta.url), 'utf8');
const schema = z.fromJSONSchema(
  JSON.parse(schemaText, (key, value: unknown) =>
    key === 'format' && value === 'uri-reference' ? undefined : value,
  ) as Parameters<typeof z.fromJSONSchema>[0],
);

const finding = (changes: Partial<Finding> = {}): Finding => ({
  severity: 'high',
  file: 'src/a b/größe.ts',
  line: 3,
  quote: 'const a = 1;',
  message: 'Wrong',
  ...changes,
});
const told = (found: Finding, phase: string) => step(1, 'finding.detected', { finding: found, round: 1 }, { phase });

it('is valid SARIF 2.1.0, with each finding where it is', () => {
  const fixed = finding({ message: 'Was wrong', severity: 'medium', suggestion: 'Do it so' });
  const log = sarifOf(
    story(
      started(),
      told(finding(), 'review'),
      told(finding(), 'review'),
      told(fixed, 'review'),
      step(1, 'finding.rejected', { finding: finding({ message: 'Not there' }), reason: 'no such file' }),
      step(1, 'finding.resolved', { finding: fixed, round: 2 }),
      told({ severity: 'info', file: 'test/a.ts', message: 'Changes a test' }, 'deployment'),
      told({ severity: 'high', file: '.', message: '2 tests are gone' }, 'deployment'),
    ),
  );
  expect(schema.safeParse(JSON.parse(JSON.stringify(log))).error).toBeUndefined();
  const [run] = log.runs;
  expect(run?.results.map(({ ruleId, kind, level, message }) => [ruleId, kind, level, message.text])).toEqual([
    ['review', 'fail', 'error', 'Wrong'],
    ['review', 'pass', 'none', 'Was wrong\n\nDo it so'],
    ['evidence', 'fail', 'note', 'Changes a test'],
    ['evidence', 'fail', 'error', '2 tests are gone'],
  ]);
  const uriBaseId = '%SRCROOT%';
  expect(run?.results.map(({ locations }) => locations?.[0]?.physicalLocation)).toEqual([
    {
      artifactLocation: { uri: 'src/a%20b/gr%C3%B6%C3%9Fe.ts', uriBaseId },
      region: { startLine: 3, snippet: { text: 'const a = 1;' } },
    },
    expect.anything(),
    { artifactLocation: { uri: 'test/a.ts', uriBaseId } },
    undefined,
  ]);
});

it('is valid when nothing was found', () => {
  const log = sarifOf(story(started()));
  expect(schema.safeParse(JSON.parse(JSON.stringify(log))).success).toBe(true);
  expect(log.runs[0]?.results).toEqual([]);
});

it('would not pass with a level that SARIF does not know', () => {
  const log = JSON.parse(JSON.stringify(sarifOf(story(started(), told(finding(), 'review'))))) as {
    runs: { results: { level: string }[] }[];
  };
  const [result] = log.runs[0]?.results ?? [];
  if (result !== undefined) result.level = 'grave';
  expect(schema.safeParse(log).success).toBe(false);
});
