import { definePlugin } from '@forge/plugin-api';
import { createInProcessBus } from './in-process-bus.ts';

export default definePlugin({
  setup: ({ log }) => {
    const bus = createInProcessBus(log);
    return { buses: [bus], stop: () => bus.close() };
  },
});
