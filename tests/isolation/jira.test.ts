import { fileURLToPath } from 'node:url';
import { openForge } from '@forge/core';
import { apiVersion, type Tool } from '@forge/plugin-api';
import { createRecordingLogger, createToolContext } from '@forge/testkit/fakes';
import { createTemporaryRepository } from '@forge/testkit/test-kernel';
import { expect, it, onTestFinished } from 'vitest';
import { startJiraServer, token } from 'forge-plugin-jira/test-server';

const folder = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

it.each(['process', 'bubblewrap'])(
  'the Jira plugin works with no more than its manifest asks for, sandbox %s',
  async (use) => {
    const server = await startJiraServer();
    const repository = createTemporaryRepository({ 'readme.md': '' });
    onTestFinished(repository.remove);
    const forge = await openForge({
      cwd: repository.path,
      env: { PATH: process.env['PATH'], HOME: repository.home, JIRA_API_TOKEN: token },
      pluginFolders: [folder('plugins')],
      interaction: { interactive: false, ask: async () => undefined },
      log: createRecordingLogger(),
      trust: true,
      forgeVersion: apiVersion,
      flags: {
        plugins: [
          {
            use: folder('plugins/published/forge-plugin-jira'),
            options: { site: server.url, email: 'me@acme.example', project: 'SHOP' },
          },
        ],
        sandbox: { use },
      },
    });
    onTestFinished(() => forge.close());
    const create = (await forge.get('tool', 'jira_create_issue')) as Tool;
    const context = createToolContext({ workspace: repository.path });
    expect(await create.execute({ summary: 'Limit logins', description: 'Five an hour' }, context)).toMatchObject({
      key: expect.stringMatching(/^SHOP-/),
    });
    expect(server.issues).toHaveLength(1);
  },
);
