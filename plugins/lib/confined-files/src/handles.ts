import { closeSync, openSync } from 'node:fs';

/**
 * The file descriptors of one call. Work under a time limit can end between any two steps, without its `finally`; this
 * is what still knows what is open.
 */
export interface Handles {
  open(path: string, flags: number, mode?: number): number;
  close(descriptor: number): void;
  closeAll(): void;
}

export function createHandles(): Handles {
  const open = new Set<number>();
  const close = (descriptor: number) => {
    // Forgotten first: closing a number twice could close what somebody else has opened since.
    if (open.delete(descriptor)) closeSync(descriptor);
  };
  return {
    open(path, flags, mode) {
      const descriptor = openSync(path, flags, mode);
      open.add(descriptor);
      return descriptor;
    },
    close,
    closeAll() {
      for (const descriptor of open) close(descriptor);
    },
  };
}
