import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { forgeError } from '@forge/plugin-api';
import type { Fault } from './fault.ts';
import type { Reply, Request, WorkerSettings, WorkerStart } from './protocol.ts';

type Body<R> = R extends Request ? Omit<R, 'id'> : never;
export type RequestBody = Body<Request>;

interface Pending {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

/** Beside this file, as source, bundled (where the build turns `.ts` into `.js`) or compiled. */
function workerProgram(): URL {
  const source = new URL('./database.worker.ts', import.meta.url);
  return existsSync(source) ? source : new URL(source.href.replace(/\.ts$/, '.js'));
}

/**
 * The main thread's end of the channel. Requests made in one turn of the event loop travel in one message. While none
 * is pending the worker does not keep the process alive.
 */
export class WorkerClient {
  readonly #file: string;
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #ended: Promise<void>;
  #outbox: Request[] = [];
  #nextId = 1;
  #closing = false;
  #end: Error | undefined;

  constructor(settings: WorkerSettings, program: URL = workerProgram()) {
    this.#file = settings.file;
    // Neither the flags nor the environment of the process concern it.
    this.#worker = new Worker(program, { name: 'database', workerData: settings, execArgv: [], env: {} });
    this.#ended = new Promise((resolve) => this.#worker.once('exit', () => resolve()));
  }

  /** @returns the schema's version. @throws whatever kept the database from being opened. */
  async start(): Promise<number> {
    const start = await new Promise<WorkerStart>((resolve, reject) => {
      this.#worker.once('message', resolve);
      this.#worker.once('error', (error) => reject(this.#crashed(error)));
      this.#worker.once('exit', () => reject(this.#crashed()));
    });
    if ('fault' in start) {
      await this.#ended;
      throw errorOf(start.fault);
    }
    this.#worker.on('message', (replies: Reply[]) => this.#settle(replies));
    this.#worker.on('messageerror', (error) => this.#fail(this.#crashed(error)));
    this.#worker.on('error', (error) => this.#fail(this.#crashed(error)));
    this.#worker.on('exit', () => this.#fail(this.#closing ? this.#closed() : this.#crashed()));
    this.#worker.unref();
    return start.schemaVersion;
  }

  /** False once it was closed or has crashed. */
  get alive(): boolean {
    return !this.#closing && this.#end === undefined;
  }

  send(body: RequestBody): Promise<Reply> {
    if (!this.alive) return Promise.reject(this.#end ?? this.#closed());
    return new Promise((resolve, reject) => {
      if (this.#pending.size === 0) this.#worker.ref();
      const id = this.#nextId++;
      this.#pending.set(id, { resolve, reject });
      this.#post({ ...body, id });
    });
  }

  /** What was asked before is still answered. Afterwards the thread and its file handles are gone. */
  async close(): Promise<void> {
    if (this.alive) {
      this.#closing = true;
      this.#worker.ref();
      this.#post({ kind: 'close', id: 0 });
    }
    await this.#ended;
  }

  #post(request: Request): void {
    this.#outbox.push(request);
    if (this.#outbox.length > 1) return;
    queueMicrotask(() => {
      const requests = this.#outbox;
      this.#outbox = [];
      this.#worker.postMessage(requests);
    });
  }

  #settle(replies: readonly Reply[]): void {
    for (const reply of replies) {
      const pending = this.#pending.get(reply.id);
      this.#pending.delete(reply.id);
      if (reply.kind === 'fault') pending?.reject(errorOf(reply.fault));
      else pending?.resolve(reply);
    }
    if (this.#pending.size === 0 && !this.#closing) this.#worker.unref();
  }

  #fail(error: Error): void {
    this.#end ??= error;
    for (const pending of this.#pending.values()) pending.reject(this.#end);
    this.#pending.clear();
  }

  #crashed(cause?: unknown): Error {
    const message = 'The database thread ended unexpectedly; a write without an answer may or may not be stored';
    return forgeError('STORE_CRASHED', message, { where: this.#file, cause });
  }

  #closed(): Error {
    return forgeError('STORE_CLOSED', 'The database has been closed', { where: this.#file });
  }
}

function errorOf({ code, message, details }: Fault): Error {
  return forgeError(code, message, details);
}
