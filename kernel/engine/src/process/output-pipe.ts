import { spawn } from 'node:child_process';
import { constants, mkdtempSync, openSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';

/** One pipe, opened at both ends. The writing end is for the child and must be closed here once the child has it. */
export interface OutputPipe {
  readonly writeEnd: number;
  /**
   * Starts reading. `onBytes` gets a view on a buffer that is used again for the next bytes: copy what must stay.
   * When it answers a promise, nothing more is read until that settles.
   */
  read(onBytes: (bytes: Uint8Array) => Promise<void> | undefined): PipeReader;
}

export interface PipeReader {
  /** Settles when every writing end is closed or after `stop()`. Never rejects. */
  readonly closed: Promise<void>;
  stop(): void;
}

export interface OutputPipes {
  take(): Promise<OutputPipe>;
  /** A file descriptor from which a child reads these bytes; nothing of it stays on disk under a name. */
  inputFile(bytes: string | Uint8Array): number;
  /** Removes the scratch directory. */
  close(): void;
}

const BATCH = 32;
const READ_BUFFER_BYTES = 64 * 1024;

/**
 * Real pipes for the output of commands. What Node calls a pipe is a socket, and `echo … > /dev/stderr`, which many
 * scripts do, fails on a socket. A named pipe that loses its name as soon as it is open is a true one; one pipe for
 * stdout and stderr also keeps their order exactly, and costs less than two sockets. `mkfifo` makes them 32 at a time.
 */
export function createOutputPipes(scratchDirectory: string): OutputPipes {
  let directory: string | undefined;
  let made = 0;
  let ready: string[] = [];
  let refill: Promise<void> | undefined;

  const scratch = () => {
    directory ??= mkdtempSync(join(scratchDirectory, 'forge-pipes-'));
    return directory;
  };

  const makeMore = () => {
    const names = Array.from({ length: BATCH }, () => join(scratch(), `pipe-${made++}`));
    refill ??= makeNamedPipes(names)
      .then(() => {
        ready = [...ready, ...names];
      })
      .finally(() => {
        refill = undefined;
      });
    return refill;
  };

  return {
    async take() {
      while (ready.length === 0) await makeMore();
      const path = ready.shift() as string;
      return openPipe(path);
    },
    inputFile(bytes) {
      const path = join(scratch(), `input-${made++}`);
      writeFileSync(path, bytes, { mode: 0o600, flag: 'wx' });
      const descriptor = openSync(path, constants.O_RDONLY);
      unlinkSync(path);
      return descriptor;
    },
    close() {
      ready = [];
      if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
      directory = undefined;
    },
  };
}

function openPipe(path: string): OutputPipe {
  // Non-blocking, or opening the reading end would wait for a writer; the writing end then finds its reader.
  const readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writeEnd = openSync(path, constants.O_WRONLY);
  unlinkSync(path);
  return { writeEnd, read: (onBytes) => readFrom(readEnd, onBytes) };
}

function readFrom(readEnd: number, onBytes: (bytes: Uint8Array) => Promise<void> | undefined): PipeReader {
  // One buffer for all reads: a flood of a gigabyte makes no garbage.
  const buffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);
  const socket = new Socket({
    fd: readEnd,
    readable: true,
    writable: false,
    onread: {
      buffer,
      callback(length: number) {
        const pause = onBytes(buffer.subarray(0, length));
        if (pause === undefined) return true;
        void pause.then(() => socket.resume());
        return false;
      },
    },
  } as ConstructorParameters<typeof Socket>[0]);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => socket.destroy());
  // Without a 'data' or 'end' reader the socket would never notice the end of the stream.
  socket.on('end', () => socket.destroy());
  socket.resume();
  return { closed, stop: () => void socket.destroy() };
}

function makeNamedPipes(names: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('mkfifo', ['-m', '600', ...names], { stdio: 'ignore' });
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`mkfifo ended with exit code ${code}`))));
  });
}
