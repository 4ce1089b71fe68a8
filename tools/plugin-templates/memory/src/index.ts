import { join } from 'node:path';
import { definePlugin } from '@forge/plugin-api';
import { createSampleThing } from './sample-thing.ts';

export default definePlugin({
  setup: ({ stateDirectory, clock, newId }) => ({
    memories: [createSampleThing({ file: join(stateDirectory, 'sample-thing.json'), clock, newId })],
  }),
});
