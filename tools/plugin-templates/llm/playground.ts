import { argv, env, stdout } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSampleThing } from './src/sample-thing.ts';

// npm run play -- http://127.0.0.1:11434/v1 llama 'Say hello'
const [baseUrl = 'http://127.0.0.1:11434/v1', model = 'llama', text = 'Say hello'] = argv.slice(2);
const provider = createSampleThing({
  options: { baseUrl },
  apiKey: env['SAMPLE_THING_API_KEY'],
  clock: {
    now: () => new Date().getTime(),
    sleep: async (milliseconds, signal) => {
      await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
    },
  },
  fetch: globalThis.fetch,
});
const { usage } = await provider.chat(
  { model, system: 'Be brief.', messages: [{ role: 'user', content: [{ type: 'text', text }] }] },
  { signal: new AbortController().signal, callId: 'r1/playground/1', onText: (piece) => stdout.write(piece) },
);
console.log('\n', usage);
