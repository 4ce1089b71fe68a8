import { readFile } from 'node:fs/promises';
import { definePlugin } from '@forge/plugin-api';
import { optionsSchema } from './options.ts';
import { createRecordedProvider } from './recorded-provider.ts';

export { type RecordedOptions, optionsSchema } from './options.ts';
export { parseRecording, type Recording } from './parse-recording.ts';
export { createRecordedProvider, type RecordedWorld } from './recorded-provider.ts';

export default definePlugin({
  options: optionsSchema,
  setup: (ctx) => ({
    llms: [
      createRecordedProvider({
        file: ctx.options.file,
        readFile: (path) => readFile(path, 'utf8'),
      }),
    ],
  }),
});
