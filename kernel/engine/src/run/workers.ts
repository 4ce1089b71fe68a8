/** Who works on tasks: so many at once in this process, however many runs there are. */
export interface Workers {
  /** Runs the work when one is free. Runs that wait take turns. Rejects when the signal aborts before it began. */
  use<T>(runId: string, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
}

type Start = () => void;

export function createWorkers(size: number): Workers {
  /** Those that wait, by run; the run whose turn it is stands first. */
  const waiting = new Map<string, Start[]>();
  let free = size;

  async function use<T>(runId: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await turn(runId, signal);
    try {
      return await work();
    } finally {
      free += 1;
      startNext();
    }
  }

  function turn(runId: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const queue = waiting.get(runId) ?? [];
      const start = () => {
        signal.removeEventListener('abort', giveUp);
        free -= 1;
        resolve();
      };
      const giveUp = () => {
        remove(runId, start);
        reject(signal.reason as Error);
      };
      if (signal.aborted) return giveUp();
      signal.addEventListener('abort', giveUp, { once: true });
      queue.push(start);
      waiting.set(runId, queue);
      startNext();
    });
  }

  function startNext(): void {
    while (free > 0) {
      const [next] = waiting;
      if (next === undefined) return;
      const [runId, queue] = next;
      const start = queue.shift();
      // To the end of the line.
      waiting.delete(runId);
      if (queue.length > 0) waiting.set(runId, queue);
      start?.();
    }
  }

  function remove(runId: string, start: Start): void {
    const rest = (waiting.get(runId) ?? []).filter((other) => other !== start);
    if (rest.length > 0) waiting.set(runId, rest);
    else waiting.delete(runId);
  }

  return { use };
}
