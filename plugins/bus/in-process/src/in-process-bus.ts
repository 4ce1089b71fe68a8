import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventTransport, ForgeEvent, Logger } from '@forge/plugin-api';
import { createMailbox, type Mailbox } from './mailbox.ts';

/**
 * Hands events to listeners of the same process. Publishing returns at once; every listener has a mailbox of its own,
 * from which it gets one event after the other, so that a slow one delays only itself.
 *
 * `close` lets listeners take what was published before, but does not wait for one that is busy.
 */
export function createInProcessBus(log: Logger): Required<EventTransport> {
  const mailboxes = new Set<Mailbox>();
  let closed = false;

  return {
    name: 'in-process',
    async publish(events) {
      if (closed) return;
      for (const mailbox of mailboxes) mailbox.put(events);
    },
    subscribe(type, handler) {
      if (closed) return () => {};
      const mailbox = createMailbox({ wants: matcher(type), handler, failed: reporter(type, log) });
      mailboxes.add(mailbox);
      return () => {
        mailboxes.delete(mailbox);
        mailbox.close();
      };
    },
    async close() {
      closed = true;
      if ([...mailboxes].some((mailbox) => !mailbox.idle)) await nextTurn();
      for (const mailbox of mailboxes) mailbox.close();
      mailboxes.clear();
    },
  };
}

function matcher(type: string): (event: ForgeEvent) => boolean {
  if (type === '*') return () => true;
  if (type.endsWith('.*')) {
    const prefix = type.slice(0, -1);
    return (event) => event.type.startsWith(prefix);
  }
  return (event) => event.type === type;
}

function reporter(type: string, log: Logger): (message: string, error?: unknown) => void {
  return (message, error) => log.warn(message, { listensTo: type, ...(error === undefined ? {} : { error }) });
}
