import { createVirtualClock } from '@forge/testkit';
import { expect, test } from 'vitest';
import { followEvents } from '../src/follow-events.ts';

const message = (seq: number) => `id: ${seq}\ndata: ${JSON.stringify({ seq })}\n\n`;
const end = 'event: end\ndata: {"status":"completed"}\n\n';

/** A server whose connections carry what is listed, one after the other. */
function server(connections: readonly (readonly string[] | Error)[]) {
  const asked: number[] = [];
  const open = async (after: number) => {
    asked.push(after);
    const connection = connections[asked.length - 1];
    if (connection === undefined || connection instanceof Error) throw connection ?? new TypeError('fetch failed');
    return (async function* () {
      for (const text of connection) yield Buffer.from(text);
    })();
  };
  return { asked, open };
}

async function follow({ open }: ReturnType<typeof server>, after = 0) {
  const clock = createVirtualClock(0);
  const seen: number[] = [];
  const following = followEvents(open, { clock, after, onEvent: ({ seq }) => void seen.push(seq) });
  let over = false;
  const done = following.then(
    (status) => ({ status, seen }),
    (error: unknown) => ({ error, seen }),
  );
  void done.then(() => (over = true));
  for (let step = 0; step < 100 && !over; step += 1) await clock.advance(1_000);
  return done;
}

test('goes on behind the last event over every kind of break, and gives nothing twice', async () => {
  const made = server([
    [message(1), message(2)],
    new TypeError('terminated'),
    [message(2), message(3), 'id: 4\ndata: half'],
    [message(4), end],
  ]);
  expect(await follow(made)).toEqual({ status: { status: 'completed' }, seen: [1, 2, 3, 4] });
  expect(made.asked).toEqual([0, 2, 2, 3]);
});

test('begins where it is told to', async () => {
  const made = server([[message(6), end]]);
  expect(await follow(made, 5)).toMatchObject({ seen: [6] });
  expect(made.asked).toEqual([5]);
});

test('gives up when the server stays away', async () => {
  expect(await follow(server([[message(1)]]))).toMatchObject({ error: { code: 'SERVER_UNREACHABLE' }, seen: [1] });
});

test('what the server says is not tried again', async () => {
  const made = server([Object.assign(new Error('no'), { code: 'UNAUTHENTICATED' })]);
  expect(await follow(made)).toMatchObject({ error: { code: 'UNAUTHENTICATED' } });
  expect(made.asked).toHaveLength(1);
});
