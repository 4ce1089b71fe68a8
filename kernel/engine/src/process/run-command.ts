import { closeSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { type BlobFileOptions, type BlobFileReport, createBlobFile } from './blob-file.ts';
import { type CappedText, createCappedOutput } from './capped-output.ts';
import { createOutputPipes } from './output-pipe.ts';
import { type ProcessOutcome, type SupervisedCommand, supervise } from './supervise.ts';

export interface CommandRequest extends SupervisedCommand {
  /** What the command can read from stdin. Default nothing (/dev/null). */
  readonly stdin?: string | Uint8Array;
  readonly output: {
    /** How much of the output's start is kept, in bytes. */
    readonly headBytes: number;
    /** How much of its end is kept, in bytes. */
    readonly tailBytes: number;
    /** Sees the raw bytes as they come. The array is used again after the call: copy what must stay. */
    readonly onChunk?: (bytes: Uint8Array) => void;
    /** Streams the raw bytes into a file as well. */
    readonly blobFile?: BlobFileOptions;
  };
}

export interface CommandResult extends ProcessOutcome {
  readonly durationMs: number;
  /** Stdout and stderr in the order in which the command wrote them. */
  readonly output: CappedText & { readonly blob: BlobFileReport | undefined };
}

export interface CommandRunner {
  /**
   * Runs one command to its end. Holds afterwards: the command has ended, its output is drained, and nothing it left
   * in its group or holding its output is alive. What fled into another session without holding the output is found by
   * `reapMarked`, which the owner calls when an execution ends.
   *
   * Resolves for every way a command can end, those included that never started (`startFailure`); `signal` ends it
   * with `aborted: true`. Rejects only when the blob file cannot be written or no pipe can be made.
   */
  run(request: CommandRequest): Promise<CommandResult>;
  /**
   * Starts one command that is talked to over its standard input and output. `ended` is like what `run` resolves with;
   * its output is standard error. Undefined streams: it never started.
   */
  converse(request: Omit<CommandRequest, 'stdin'>): Promise<Conversation>;
  /** Removes the scratch folder. Commands that still run keep their pipes. */
  close(): void;
}

export interface Conversation {
  readonly streams: { readonly stdin: Writable; readonly stdout: Readable } | undefined;
  readonly ended: Promise<CommandResult>;
}

export interface CommandRunnerWorld {
  readonly clock: { now(): number };
  /** An existing folder for named pipes and input files; each lives for milliseconds. */
  readonly scratchDirectory: string;
}

export function createCommandRunner(world: CommandRunnerWorld): CommandRunner {
  const pipes = createOutputPipes(world.scratchDirectory);

  return {
    async run(request) {
      const capped = createCappedOutput(request.output);
      const pipe = await pipes.take();
      const input = request.stdin === undefined ? undefined : pipes.inputFile(request.stdin);
      const blob = request.output.blobFile && createBlobFile(request.output.blobFile);
      const reading = pipe.read((bytes) => {
        capped.write(bytes);
        request.output.onChunk?.(bytes);
        return blob?.write(bytes);
      });

      const startedAt = world.clock.now();
      const release = once(() => {
        closeSync(pipe.writeEnd);
        if (input !== undefined) closeSync(input);
      });
      const outcome = await supervise(request, [input ?? 'ignore', pipe.writeEnd, pipe.writeEnd], () => {
        // The child has its own copies now; with ours open the output would never end.
        release();
        return reading;
      });
      release();
      reading.stop();
      const durationMs = world.clock.now() - startedAt;
      return { ...outcome, durationMs, output: { ...capped.finish(), blob: await blob?.finish() } };
    },
    async converse(request) {
      const capped = createCappedOutput(request.output);
      const pipe = await pipes.take();
      const reading = pipe.read((bytes) => {
        capped.write(bytes);
        return undefined;
      });
      const startedAt = world.clock.now();
      const release = once(() => closeSync(pipe.writeEnd));
      const streams = Promise.withResolvers<Conversation['streams']>();
      const outcome = supervise(request, ['pipe', 'pipe', pipe.writeEnd], ({ stdin, stdout }) => {
        release();
        // Whoever talks to a program that has ended finds out by its end.
        stdin?.on('error', () => undefined);
        streams.resolve(stdin === null || stdout === null ? undefined : { stdin, stdout });
        return reading;
      });
      const ended = outcome.then((end): CommandResult => {
        release();
        reading.stop();
        streams.resolve(undefined);
        const durationMs = world.clock.now() - startedAt;
        return { ...end, durationMs, output: { ...capped.finish(), blob: undefined } };
      });
      return { streams: await streams.promise, ended };
    },
    close: () => pipes.close(),
  };
}

function once(action: () => void): () => void {
  let pending = true;
  return () => {
    if (pending) action();
    pending = false;
  };
}
