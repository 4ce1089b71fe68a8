import type { PluginSubscription, ServedPlugin } from '@forge/worker-protocol';

/** What listens to a plugin, whichever of its processes it lives in. */
export interface Listeners {
  /**
   * Listens, and goes on in the process that takes the place of a lost one. Gives how to stop.
   *
   * @param run carries that out in the plugin's process
   */
  listen(
    subscription: PluginSubscription,
    run: (begin: (served: ServedPlugin) => Promise<void>) => Promise<void>,
  ): Promise<() => void>;
  /** Everyone who listens does so in this process now. */
  moveTo(served: ServedPlugin): Promise<void>;
}

export function createListeners(): Listeners {
  const all = new Set<(served: ServedPlugin) => Promise<void>>();
  return {
    async listen(subscription, run) {
      let stop: (() => void) | undefined;
      let isOver = false;
      const begin = async (served: ServedPlugin): Promise<void> => {
        stop = await served.subscribe(subscription);
        if (isOver) stop();
      };
      await run(begin);
      all.add(begin);
      return () => {
        isOver = true;
        all.delete(begin);
        stop?.();
      };
    },
    async moveTo(served) {
      await Promise.all([...all].map((begin) => begin(served)));
    },
  };
}
