import { type Clock, forgeError } from '@forge/plugin-api';

export interface Watch {
  /** Aborts with the caller's reason, or with LLM_TIMEOUT when nothing was heard for too long. */
  readonly signal: AbortSignal;
  heard(): void;
  end(): void;
}

export function watchSilence(clock: Clock, silenceMs: number, caller: AbortSignal): Watch {
  const silent = new AbortController();
  const ended = new AbortController();
  let lastAt = clock.now();
  const guard = async (): Promise<void> => {
    for (let left = silenceMs; left > 0; left = lastAt + silenceMs - clock.now()) await clock.sleep(left, ended.signal);
    silent.abort(forgeError('LLM_TIMEOUT', `Nothing was heard for ${silenceMs / 1000} s`, { transient: true }));
  };
  // It is ended while it sleeps, which is no fault.
  guard().catch(() => undefined);
  return {
    signal: AbortSignal.any([caller, silent.signal]),
    heard: () => void (lastAt = clock.now()),
    end: () => ended.abort(),
  };
}
