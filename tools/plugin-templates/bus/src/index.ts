import { definePlugin } from '@forge/plugin-api';
import { createSampleThing } from './sample-thing.ts';

export default definePlugin({
  setup({ log }) {
    const bus = createSampleThing((error) => log.warn('A listener failed', { error }));
    return { buses: [bus], stop: () => bus.close() };
  },
});
