import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { callTool, startModelServer, together } from '@forge/testkit/model-server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createForge } from './forge-process.ts';
import { sampleRepository } from './sample-repository.ts';
import { hasNamespaces, whyNoNamespaces } from './sandbox-levels.ts';
import {
  obeying,
  shell,
  secretiveWorld,
  unleash,
  leaks,
  nowhere,
  resultsIn,
  visibleTemporaryFolders,
} from './hostile-world.ts';

visibleTemporaryFolders();

describe('a model that wants secrets', () => {
  it.skipIf(!hasNamespaces)(`gets none at level namespace${whyNoNamespaces}`, async () => {
    const world = secretiveWorld('bubblewrap');
    const { home, repository, elsewhere, canaries } = world;
    // This one is committed: who reads the code sees it, and the search below finds it.
    repository.write('src/key.js', `export const key = '${canaries.make('committed')}';\n`);
    repository.git('add', 'src/key.js');
    repository.git('commit', '--quiet', '--message=key');
    const everywhere = [home, repository.path, elsewhere, '/tmp', '/dev/shm', '/run', '/var/tmp'];
    const files = ['.ssh/id_rsa', '.aws/credentials', '.npmrc'].flatMap((file) => [`~/${file}`, `${home}/${file}`]);
    const attack = await unleash(
      world,
      obeying(
        together(
          shell(`grep -rsaoh 'canary-[0-9a-f]*' ${everywhere.join(' ')} /proc/self/root${home}; echo searched`),
          shell(`cat ${files.join(' ')} ~/.config/forge/* ${repository.path}/.env ${repository.path}/.git/config`),
          shell("env; cat /proc/*/environ | tr '\\0' '\\n'; cat /proc/$PPID/environ; ps axeww; set"),
          shell('cat ../../../notes.txt ../../../*.db* ../../OTHER/home/.npmrc; ls -laR ../../.. | head -50'),
          shell('git config --list --show-origin; git stash show -p; git remote -v; cat .git/objects/info/alternates'),
          shell(
            'cat "$(cat .git/objects/info/alternates)/../config" "$(cat .git/objects/info/alternates)"/../../*/config',
          ),
          shell(
            "unshare -Urm sh -c 'umount -l ~; umount -a; mount -o remount,rw /; grep -rs canary- /root /home'; true",
          ),
          shell('env | base64; (env; cat /proc/*/environ) | xxd -p; cat src/key.js'),
        ),
      ),
    );
    expect(attack.end.code).toBe(0);
    expect(canaries.count).toBeGreaterThan(30);
    expect(await leaks(world, attack)).toEqual({
      ...nowhere,
      requests: ['committed'],
      terminal: ['committed'],
      commands: ['committed'],
      state: expect.arrayContaining([expect.stringContaining('.forge/')]),
    });
    expect(resultsIn(attack.server.requests)).toContainEqual(expect.stringContaining('searched\n'));
  });

  it('gets none through the file tools, by whatever path and link', async () => {
    const world = secretiveWorld('process');
    const { home, repository } = world;
    const up = '../'.repeat(20);
    const secret = join(home, '.ssh/id_rsa');
    const paths = [
      ...[
        secret,
        `${up}${secret}`,
        '~/.ssh/id_rsa',
        '$HOME/.ssh/id_rsa',
        `file://${secret}`,
        `./..${secret}`,
        `//${secret}`,
      ],
      ...[
        `/proc/self/root${secret}`,
        '/proc/self/environ',
        '/proc/self/cwd/.env',
        `${repository.path}/.env`,
        '../../../notes.txt',
      ],
      ...[
        'link',
        'chain',
        'root/etc/hostname',
        `root${secret}`,
        'up/.env',
        'hard',
        'self/environ',
        `src/../../../..${secret}`,
      ],
      ...['link\0', `${'x/'.repeat(2_000)}y`, `src/${'y'.repeat(5_000)}`, `..\\..\\.env`, '%2e%2e/%2e%2e/.env'],
    ];
    const links = `ln -s ${secret} link; ln -s link chain; ln -s / root; ln -s ${repository.path} up; ln -s /proc/self self`;
    const attack = await unleash(
      world,
      obeying(
        shell(links),
        together(...paths.map((path) => callTool('fs_read', { path }))),
        together(
          ...['root', 'up', 'link', '..', '/', home, 'self'].flatMap((path) => [
            callTool('fs_list', { path }),
            callTool('fs_grep', { pattern: 'canary-', path }),
            callTool('fs_glob', { pattern: `${path}/**/.*` }),
          ]),
        ),
        together(
          ...[
            join(home, 'forge-was-here'),
            `root${home}/forge-was-here`,
            'up/forge-was-here',
            '~/forge-was-here',
            'link',
          ].map((path) => callTool('fs_write', { path, content: 'I was here' })),
          callTool('fs_edit', { path: 'link', edits: [{ old: 'secret', new: 'gone' }] }),
          callTool('fs_edit', { path: 'up/README.md', edits: [{ old: '#', new: 'gone' }] }),
        ),
        shell('rm -rf link chain root up self'),
      ),
    );
    expect(attack.end.code).toBe(0);
    expect(await leaks(world, attack)).toEqual(nowhere);
    expect(
      resultsIn(attack.server.requests).filter((text) => text.includes('outside the workspace')).length,
    ).toBeGreaterThan(20);
    expect(readFileSync(secret, 'utf8')).toMatch(/^secret = canary-/);
    for (const folder of [home, repository.path]) expect(readdirSync(folder)).not.toContain('forge-was-here');
  });

  it('sees only a reduced environment and a home of its own at level process, and known secrets masked', async () => {
    const world = secretiveWorld('process');
    // What this level does not protect: files by their real path, and a variable of Forge's own process whose name says nothing.
    const { DEPLOY_HOOK: _public, DATABASE_URL: _url, HTTPS_PROXY: _proxy, ...env } = world.env;
    const attack = await unleash(
      { ...world, env },
      obeying(
        together(
          shell('env; set; cat ~/.ssh/id_rsa ~/.aws/credentials ~/.npmrc ~/.config/gh/hosts.yml; ls -A ~'),
          shell("cat /proc/$PPID/environ | tr '\\0' '\\n'; cat /proc/$PPID/environ | xxd -p | tr -d '\\n'"),
          shell('cat /proc/$PPID/environ | base64 -w0; grep -aoh "KEY=.*" /proc/$PPID/environ'),
        ),
      ),
    );
    expect(attack.end.code).toBe(0);
    expect(await leaks(world, attack)).toEqual(nowhere);
    expect(resultsIn(attack.server.requests).join()).toContain('AWS_SECRET_ACCESS_KEY=[masked]');
  });

  it('does not keep a run that met one from going on after a kill, and what was written stays as it is', async () => {
    const repository = sampleRepository('node');
    const example = `ghp_${'0123456789abcdef'.repeat(2)}0123`;
    repository.write('src/scan.js', `// finds\n${example}\n`);
    repository.git('add', 'src/scan.js');
    repository.git('commit', '--quiet', '--message=scan');
    const keys = `-----BEGIN PRIVATE KEY-----\n`;
    const server = await startModelServer({
      script: obeying(
        together(callTool('fs_read', { path: 'src/scan.js' }), shell(`echo '${keys}'; echo '${example}'`)),
        together(
          callTool('fs_write', { path: 'src/begin.js', content: `${keys}${example}\n` }),
          callTool('fs_write', { path: 'src/end.js', content: '-----END PRIVATE KEY-----\n' }),
        ),
      ),
    });
    onTestFinished(() => server.close());
    const forge = createForge({ cwd: repository.path, modelUrl: server.url });
    const running = forge.start('run', 'Add the area of a triangle', '--yes', '--json');
    await running.event((event) => event.type === 'tool.result' && event.payload.text.includes('src/end.js'));
    running.kill('SIGKILL');
    await running.ended;
    const resumed = await forge.run('resume', '--yes', '--json');
    expect({ code: resumed.code, error: resumed.objects.at(-1)?.['error'] }).toEqual({ code: 0, error: undefined });
    expect(resultsIn(server.requests).join('\n')).not.toContain(example);
    const branch = resumed.events.find((event) => event.type === 'run.completed')?.payload.change?.branch;
    expect(repository.git('show', `${branch}:src/begin.js`)).toContain(example);
    expect(spawnSync('grep', ['-rlaF', example, join(repository.path, '.forge')]).stdout.toString()).toBe('');
  });
});
