import type { RunStore } from '@forge/plugin-api';
import { createMemoryRunStore } from './parts/memory-run-store.ts';

/** Keeps every promise of a store but one: what it holds is gone with the process. */
export function createSampleThing(): RunStore {
  return { ...createMemoryRunStore(), name: 'sample-thing' };
}
