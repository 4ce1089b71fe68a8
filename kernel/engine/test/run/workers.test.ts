import { describe, expect, it } from 'vitest';
import { createWorkers } from '../../src/run/workers.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));
const never = new AbortController().signal;

/** Work that ends when it is told to. */
function plays(size: number) {
  const workers = createWorkers(size);
  const began: string[] = [];
  const ends: (() => void)[] = [];
  return {
    began,
    use: (run: string, name: string, signal = never) =>
      workers.use(run, signal, () => {
        began.push(name);
        return new Promise<void>((resolve) => ends.push(resolve));
      }),
    async endNext() {
      ends.shift()?.();
      await settled();
    },
  };
}

describe('workers', () => {
  it('are shared in turn by the runs that wait, however much one of them asks for', async () => {
    const { use, began, endNext } = plays(2);
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5']) void use('a', name);
    for (const name of ['b1', 'b2']) void use('b', name);
    void use('c', 'c1');
    for (let ended = 0; ended < 8; ended += 1) await endNext();
    expect(began).toEqual(['a1', 'a2', 'a3', 'b1', 'c1', 'a4', 'b2', 'a5']);
  });

  it('are free again after a failure', async () => {
    const workers = createWorkers(1);
    await expect(workers.use('a', never, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await workers.use('a', never, () => Promise.resolve('yes'))).toBe('yes');
  });

  it('are not waited for when the run is over', async () => {
    const { use, began, endNext } = plays(1);
    const over = new AbortController();
    void use('a', 'a1');
    const waits = use('b', 'b1', over.signal);
    void use('c', 'c1');
    over.abort(new Error('over'));
    await expect(waits).rejects.toThrow('over');
    await expect(use('b', 'b2', over.signal)).rejects.toThrow('over');
    await endNext();
    expect(began).toEqual(['a1', 'c1']);
  });
});
