import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toolContract } from '@forge/testkit/contracts';
import { createToolContext } from '@forge/testkit/fakes';
import { expect, test } from 'vitest';
import { sampleThing } from '../src/sample-thing.ts';

function project() {
  const workspace = mkdtempSync(join(tmpdir(), 'sample-thing-'));
  writeFileSync(join(workspace, 'poem.txt'), 'one\ntwo\nthree\n');
  return {
    tool: sampleThing,
    context: createToolContext({ workspace }),
    input: { path: 'poem.txt' },
    failing: { path: 'no-such-file.txt' },
    dispose: () => rmSync(workspace, { recursive: true }),
  };
}

toolContract({ name: 'sample_thing', create: project });

test('it counts lines, and nothing outside of the project', async () => {
  const { tool, context, dispose } = project();
  expect(await tool.execute({ path: 'poem.txt' }, context)).toEqual({ lines: 3 });
  await expect(tool.execute({ path: '../..' }, context)).rejects.toMatchObject({ code: 'PATH_OUTSIDE_WORKSPACE' });
  dispose();
});
