import { execFileSync, spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryFolder, temporaryRepository } from './place.ts';

/** A host of git repositories over http, by git's own `http-backend`. */
export interface GitHost {
  /** Such as `http://127.0.0.1:12345`. */
  readonly url: string;
  readonly port: number;
  /** Of the bare repository `shop.git`. */
  readonly folder: string;
  /** Paths that were asked for, with the credentials that came along. */
  readonly asked: { readonly path: string; readonly authorization: string | undefined }[];
  /** Commits a file to a branch of the repository; gives the commit. */
  commit(file: string, text: string, branch?: string): string;
  /** Runs git in the bare repository. */
  git(...args: string[]): string;
  /** From now on: asks for these credentials. */
  guard(authorization: string): void;
  /** From now on: every answer leads there. */
  redirect(location: string): void;
  /** Answers wait until it resolves. */
  hold(until: Promise<void>): void;
}

export async function startGitHost(): Promise<GitHost> {
  const root = temporaryFolder();
  const folder = join(root, 'shop.git');
  const worktree = temporaryRepository();
  const inFolder = (cwd: string, ...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=Person', '-c', 'user.email=person@example.org', ...args], {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  inFolder(root, 'clone', '--quiet', '--bare', worktree, folder);
  const asked: GitHost['asked'][number][] = [];
  let wanted: string | undefined;
  let location: string | undefined;
  let held = Promise.resolve();

  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://host');
    const { authorization } = request.headers;
    asked.push({ path: pathname, authorization });
    if (location !== undefined) return void response.writeHead(302, { location }).end();
    if (wanted !== undefined && authorization !== wanted)
      return void response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    void held.then(() => {
      const backend = spawn('git', ['http-backend'], {
        stdio: ['pipe', 'pipe', 'ignore'],
        env: {
          PATH: process.env['PATH'],
          GIT_PROJECT_ROOT: root,
          GIT_HTTP_EXPORT_ALL: '1',
          GIT_CONFIG_GLOBAL: '/dev/null',
          GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
          PATH_INFO: pathname,
          QUERY_STRING: search.slice(1),
          REQUEST_METHOD: request.method,
          CONTENT_TYPE: request.headers['content-type'] ?? '',
          HTTP_CONTENT_ENCODING: String(request.headers['content-encoding'] ?? ''),
        },
      });
      const parts: Buffer[] = [];
      backend.stdin.on('error', () => {});
      request.pipe(backend.stdin);
      backend.stdout.on('data', (part: Buffer) => parts.push(part));
      backend.on('close', () => answerAs(response, Buffer.concat(parts)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    folder,
    asked,
    commit(file, text, branch = 'main') {
      inFolder(worktree, 'checkout', '--quiet', '-B', branch);
      execFileSync('sh', ['-c', 'mkdir -p "$(dirname "$1")" && cat > "$1"', 'sh', file], {
        cwd: worktree,
        input: text,
      });
      inFolder(worktree, 'add', '--all', '--force');
      inFolder(worktree, 'commit', '--quiet', `--message=feat: ${file}`);
      inFolder(worktree, 'push', '--quiet', folder, `${branch}:${branch}`);
      return inFolder(worktree, 'rev-parse', 'HEAD');
    },
    git: (...args) => inFolder(folder, ...args),
    guard(authorization) {
      wanted = authorization;
    },
    redirect(to) {
      location = to;
    },
    hold(until) {
      held = until;
    },
  };
}

/** A CGI program's answer: its headers, an empty line, the body. */
function answerAs(response: import('node:http').ServerResponse, output: Buffer): void {
  const end = output.indexOf('\r\n\r\n');
  const headers = output
    .subarray(0, end)
    .toString('utf8')
    .split('\r\n')
    .map((line): [string, string] => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]);
  const status = Number(headers.find(([name]) => name === 'Status')?.[1].slice(0, 3) ?? 200);
  for (const [name, value] of headers) if (name !== 'Status') response.setHeader(name, value);
  response.writeHead(status).end(output.subarray(end + 4));
}
