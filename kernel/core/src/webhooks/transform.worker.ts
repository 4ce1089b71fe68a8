import { parentPort, workerData } from 'node:worker_threads';
import type { ForgeEvent, Json } from '@forge/plugin-api';
import { createCodeLoader } from '../plugins/load-module.ts';
import { hashCode } from '../trust/content-hash.ts';
import type { TransformPlace, TransformReply, TransformRequest } from './transform-messages.ts';

// Runs transforms in a thread of their own, which can be ended whatever they do.
type Transform = (event: ForgeEvent) => unknown;

const port = parentPort;
if (port === null) throw new Error('It works in a thread only');
const loadCode = createCodeLoader(workerData as { readonly cacheFolder: string });
const loaded = new Map<string, Promise<Transform>>();
const reply = (message: TransformReply): void => port.postMessage(message);

port.on('message', ({ id, place, event }: TransformRequest) => {
  const key = JSON.stringify(place);
  const transform = loaded.get(key) ?? load(place);
  loaded.set(key, transform);
  transform
    .then(async (made) => {
      reply({ id, loaded: true });
      const body = await made(event);
      // What is not JSON is told here, where it can be said which transform it was.
      reply({ id, body: body === undefined ? undefined : (JSON.parse(JSON.stringify(body)) as Json) });
    })
    .catch((error: unknown) => reply({ id, fault: error instanceof Error ? error.message : String(error) }));
});

async function load(place: TransformPlace): Promise<Transform> {
  if ('expression' in place) {
    const { compile, TreeInterpreter } = await import('@jmespath-community/jmespath');
    const compiled = compile(place.expression);
    return (event) => TreeInterpreter.search(compiled, event as never) ?? undefined;
  }
  const { file, hash, index } = place;
  if (hash === '') throw new Error('its code stands in no file that could be read here');
  if (hashCode(file) !== hash) throw new Error(`${file} has changed since Forge was started`);
  const config = (await loadCode(file)) as { readonly webhooks?: readonly { readonly transform?: Transform }[] };
  const transform = config.webhooks?.[index]?.transform;
  if (transform === undefined) throw new Error(`${file} gives another configuration each time it is read`);
  return transform;
}
