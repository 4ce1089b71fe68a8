import type { RunStore } from '@forge/plugin-api';
import type { TestCase } from './test-case.ts';

/** Keeps the names of all tests beside the log, which holds their hash. */
export async function storeCases(store: Pick<RunStore, 'putBlob'>, cases: readonly TestCase[]): Promise<string> {
  return store.putBlob(new TextEncoder().encode(JSON.stringify(cases)));
}

export async function recallCases(store: Pick<RunStore, 'getBlob'>, hash: string): Promise<readonly TestCase[]> {
  return JSON.parse(new TextDecoder().decode(await store.getBlob(hash))) as TestCase[];
}
