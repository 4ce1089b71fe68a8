import { writeSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { PassCrashPoint } from '@forge/engine';

/**
 * The command line as a process that something happens to at crash points. `CRASH` says what:
 * `freeze` stops it at each, after saying which on file descriptor 3, until it is let go on;
 * `kill <name> <n>` ends it the n-th time that it passes that one.
 */
const { CRASH: crash = '', ...env } = process.env;
const [mode = '', name = '', times = ''] = crash.split(' ');
let passed = 0;

const modes: Readonly<Record<string, PassCrashPoint>> = {
  freeze(point) {
    writeSync(3, `${point}\n`);
    process.kill(process.pid, 'SIGSTOP');
  },
  kill(point) {
    if (point !== name) return;
    passed += 1;
    if (passed < Number(times)) return;
    process.kill(process.pid, 'SIGKILL');
    // The signal may take a moment; nothing more is done in it.
    for (;;);
  },
};

// The command line is a program: what it exports is for itself alone, so it is loaded and not imported. From its bundle,
// because that starts with half the work.
const root = new URL('../../', import.meta.url);
const load = async (file: string): Promise<unknown> => import(new URL(file, root).href);
const [{ runProgram }, { version }, processes, { systemClock }] = (await Promise.all(
  [
    'apps/cli/dist/program.js',
    'apps/cli/src/version.ts',
    'kernel/core/src/world/processes.ts',
    'kernel/core/src/world/system-clock.ts',
  ].map(load),
)) as [
  { runProgram(world: object): Promise<number> },
  { readonly version: string },
  object,
  { readonly systemClock: object },
];
const workerEntry = fileURLToPath(new URL('apps/cli/dist/apps/worker/src/main.worker.js', root));

const world = {
  version,
  argv: process.argv.slice(2),
  env,
  cwd: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  clock: systemClock,
  userName: userInfo().username,
  hostName: hostname(),
  temporaryFolder: tmpdir(),
  worker: { file: process.execPath, args: [...process.execArgv, workerEntry] },
  program: { file: process.execPath, args: [...process.execArgv, process.argv[1] ?? ''] },
  pid: process.pid,
  ...processes,
  onInterrupt: () => () => undefined,
  interrupted: new AbortController().signal,
  interrupt: () => undefined,
  atExit: () => () => undefined,
  saveMemory: () => undefined,
  ...(modes[mode] === undefined ? {} : { crashPoint: modes[mode] }),
};

const code = await runProgram(world);
process.stdout.write('', () => process.exit(code));
