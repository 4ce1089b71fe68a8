import type { Approval, HumanGate, HumanRequest } from '@forge/plugin-api';
import type { Channel } from './channel.ts';

/** Asks in words. Only a clear yes is a yes; whatever else is said is the reason for a no. */
export function createSampleThing(channel: Channel): HumanGate {
  return {
    id: 'sample-thing',
    condition: () => channel.isOpen(),
    async request(request, { signal }): Promise<Approval | undefined> {
      if (!channel.isOpen()) return undefined;
      const said = (await untilAborted(channel.ask(textOf(request), signal), signal))?.trim();
      if (said === undefined || said === '') return undefined;
      if (request.kind === 'question') return { approved: true, modifications: optionOf(request, said) };
      if (/^(y|yes|ok)$/i.test(said)) return { approved: true };
      return { approved: false, ...(/^(n|no)$/i.test(said) ? {} : { reason: said }) };
    },
  };
}

function textOf({ kind, title, body, options }: HumanRequest): string {
  const choices = options.map(({ id, label }) => `- ${id}: ${label}`);
  return [title, body, ...choices, ...(kind === 'approval' ? ['yes, or why not?'] : [])].filter(Boolean).join('\n');
}

/** A person may name an option by its id or by its label. */
function optionOf({ options }: HumanRequest, said: string): string {
  return options.find(({ id, label }) => [id, label].includes(said))?.id ?? said;
}

/** Somebody else has answered: whoever waits here is let go, whatever the channel does. */
async function untilAborted<T>(asking: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const leave = () => resolve(undefined);
  if (signal.aborted) leave();
  signal.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([promise, asking]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
