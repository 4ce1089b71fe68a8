import { definePlugin } from '@forge/plugin-api';
import { sampleThing } from './sample-thing.ts';

export default definePlugin({ tools: [sampleThing] });
