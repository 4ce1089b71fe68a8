import assert from 'node:assert/strict';
import { type ErrorCode, type ForgeError, isForgeError } from '@forge/plugin-api';

/** What the promise rejects with; fails when it resolves. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new assert.AssertionError({ message: `it should have rejected, and gave ${JSON.stringify(value)}` });
}

/** The Forge error with that code that the promise rejects with. */
export async function refusal(promise: Promise<unknown>, code: ErrorCode): Promise<ForgeError> {
  const error = await rejection(promise);
  if (isForgeError(error, code)) return error;
  const found = isForgeError(error) ? error.code : String(error);
  throw new assert.AssertionError({ message: `it should have rejected with ${code}, but did with ${found}` });
}
