import { forgeError, type Json } from '@forge/plugin-api';
import type { Value } from './plugin-messages.ts';

/** What a call gave, as it crosses the line. Throws OUTPUT_INVALID for what is no JSON. */
export function toValue(result: unknown): Value {
  if (result instanceof Float32Array) {
    return { float32: Buffer.from(result.buffer, result.byteOffset, result.byteLength).toString('base64') };
  }
  try {
    JSON.stringify(result);
  } catch (error) {
    throw forgeError('OUTPUT_INVALID', 'What a call gave is no JSON', { cause: error });
  }
  return result === undefined ? {} : { json: result as Json };
}

export function fromValue({ json, float32 }: Value): unknown {
  if (float32 === undefined) return json;
  const bytes = Uint8Array.from(Buffer.from(float32, 'base64'));
  return new Float32Array(bytes.buffer, 0, Math.floor(bytes.length / Float32Array.BYTES_PER_ELEMENT));
}
