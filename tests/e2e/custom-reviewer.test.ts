import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startModelServer } from '@forge/testkit/model-server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createForge } from './forge-process.ts';
import { sampleRepository, temporaryFolder } from './sample-repository.ts';
import { changes, pipelineScript } from './scripts.ts';

const manifest = {
  name: 'forge-plugin-custom-reviewer',
  version: '1.0.0',
  type: 'agent',
  entry: './src/index.ts',
  api: '^0.1.0',
  provides: { agents: ['custom-security-reviewer'] },
};

/** In TypeScript with an enum, which Node's own type stripping refuses, and with no package installed beside it. */
const code = `import { definePlugin, defineAgent } from '@forge/plugin-api';

enum Verdict { Fine = 'fine', Wrong = 'wrong' }

const reviewer = defineAgent({
  id: 'custom-security-reviewer',
  type: 'reviewer',
  async execute(input, ctx) {
    const verdict = input.diff.includes('eval(') ? Verdict.Wrong : Verdict.Fine;
    await ctx.note(\`security: \${verdict}\`, 'looked for eval');
    return { approved: verdict === Verdict.Fine, findings: [] };
  },
});

export default definePlugin({ agents: [reviewer] });
`;

function outsidePlugin(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'plugin.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'src/index.ts'), code);
  return folder;
}

async function world() {
  const server = await startModelServer({ script: pipelineScript(changes.node) });
  onTestFinished(() => server.close());
  const repository = sampleRepository('node');
  repository.write(
    'forge.config.ts',
    `import { defineConfig } from '@forge/plugin-api';

export default defineConfig({
  plugins: [${JSON.stringify(outsidePlugin())}],
  agents: { reviewer: 'custom-security-reviewer' },
});
`,
  );
  return { server, repository, forge: createForge({ cwd: repository.path, modelUrl: server.url, quickTests: true }) };
}

describe('a reviewer of the person’s own, in TypeScript outside of everything', () => {
  it('is used instead of the default, once the configuration is trusted', async () => {
    const { forge, server } = await world();
    const end = await forge.run('run', 'Add the area of a triangle', '--yes', '--json', '--trust');
    expect(end.code).toBe(0);
    const notes = end.events.flatMap((event) =>
      event.type === 'agent.note' ? [[event.source, event.payload.decision]] : [],
    );
    expect(notes).toContainEqual(['custom-security-reviewer', 'security: fine']);
    expect(server.requests.filter(({ system }) => system.includes('You review'))).toEqual([]);
  });

  it('does not run before the person trusts the repository’s configuration', async () => {
    const { forge, server } = await world();
    const end = await forge.run('run', 'Add the area of a triangle', '--yes', '--no-input');
    expect(end.code).toBe(2);
    expect(end.stderr).toContain('--trust');
    expect(server.requests).toEqual([]);
  });
});
