import { definePlugin } from '@forge/plugin-api';
import { createSampleThing } from './sample-thing.ts';

export default definePlugin({ setup: () => ({ stores: [createSampleThing()] }) });
