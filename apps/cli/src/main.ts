import { version } from './version.ts';
import type { World } from './world.ts';

const argv = process.argv.slice(2);
const flags = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;

if (flags.includes('--version') || flags.includes('-V')) {
  process.stdout.write(`forge ${version}\n`);
} else if (!(await showHelp())) {
  await main();
}

async function showHelp(): Promise<boolean> {
  const [{ helpFor }, { styleFor }] = await Promise.all([import('./help.ts'), import('./render/style.ts')]);
  const { bold } = styleFor(process.stdout, process.env, !argv.includes('--no-color'));
  const help = helpFor(argv, { bold, columns: process.stdout.columns || 100 });
  if (help !== undefined) process.stdout.write(help);
  return help !== undefined;
}

async function main(): Promise<void> {
  const world = await realWorld();
  const unexpected = async (error: unknown): Promise<void> => {
    const { reportFaults } = await import('./report-faults.ts');
    end(reportFaults(error, world));
  };
  process.on('uncaughtException', unexpected);
  process.on('unhandledRejection', unexpected);
  try {
    const { runProgram } = await import('./program.ts');
    end(await runProgram(world));
  } catch (error) {
    await unexpected(error);
  }
}

/** Ends the process once what was written is out: a plugin that left something open must not keep it alive. */
function end(code: number): void {
  process.exitCode = code;
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
}

async function realWorld(): Promise<World> {
  const { hostname, tmpdir, userInfo } = await import('node:os');
  const { setFlagsFromString } = await import('node:v8');
  const { processExists, processStart } = await import('@forge/core/processes');
  const listeners: (() => void)[] = [];
  const interrupted = new AbortController();
  let interrupts = 0;
  const interrupt = (): void => {
    const listener = listeners.at(-1);
    interrupts += 1;
    interrupted.abort();
    if (listener === undefined || interrupts > 2) process.exit(130);
    listener();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, interrupt);
  // `forge runs | head` closes the pipe early; a closed terminal takes its stream away.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
      if (stream === process.stdout && listeners.length === 0) process.exit(process.exitCode ?? 0);
    });
  }
  return {
    version,
    argv,
    env: process.env,
    cwd: process.cwd(),
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    clock: {
      now: () => Date.now(),
      sleep: (milliseconds, signal) =>
        new Promise((resolve, reject) => {
          signal?.throwIfAborted();
          const abort = (): void => {
            clearTimeout(timer);
            reject(signal?.reason);
          };
          const timer = setTimeout(() => {
            signal?.removeEventListener('abort', abort);
            resolve();
          }, milliseconds);
          signal?.addEventListener('abort', abort, { once: true });
        }),
    },
    userName: nameOf(userInfo),
    hostName: hostname(),
    temporaryFolder: tmpdir(),
    worker: await workerProgram(),
    program: { file: process.execPath, args: [...process.execArgv, process.argv[1] ?? ''] },
    pid: process.pid,
    processExists,
    processStart,
    onInterrupt: (listener) => {
      listeners.push(listener);
      return () => {
        const index = listeners.indexOf(listener);
        if (index >= 0) listeners.splice(index, 1);
      };
    },
    interrupted: interrupted.signal,
    interrupt,
    atExit: (listener) => {
      process.on('exit', listener);
      return () => void process.off('exit', listener);
    },
    // The space for young objects stays as small as it is: V8 doubles it whenever much survives, and keeps it.
    saveMemory: () => setFlagsFromString('--semi-space-growth-factor=1'),
  };
}

/** This Node with the worker's entry, and the compiled code that it may share with this process. */
async function workerProgram(): Promise<World['worker']> {
  const { fileURLToPath } = await import('node:url');
  const { getCompileCacheDir } = await import('node:module');
  const { dirname } = await import('node:path');
  const entry = fileURLToPath(new URL('../../worker/src/main.worker.ts', import.meta.url));
  // Node keeps a folder of its own in there for each of its versions.
  const compiled = getCompileCacheDir();
  return {
    file: process.execPath,
    args: [...process.execArgv, entry],
    env: compiled === undefined ? {} : { NODE_COMPILE_CACHE: dirname(compiled) },
  };
}

/** In a container the user may have a number and no name. */
function nameOf(userInfo: () => { username: string }): string {
  try {
    return userInfo().username;
  } catch {
    return process.env['USER'] ?? 'unknown';
  }
}
