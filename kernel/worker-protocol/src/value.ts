import { forgeError, type Json } from '@forge/plugin-api';
import type { Value } from './plugin-messages.ts';

/** An argument or a result as it crosses the line. What it is made of has to be JSON, or bytes as a whole. */
export function toValue(value: unknown): Value {
  if (value instanceof Float32Array) return { float32: base64(value) };
  if (value instanceof Uint8Array) return { bytes: base64(value) };
  const cleared = clearedIn(value);
  return { ...(value === undefined ? {} : { json: value as Json }), ...(cleared.length === 0 ? {} : { cleared }) };
}

/** What a call gave. Throws OUTPUT_INVALID for what cannot cross the line. */
export function resultValue(result: unknown): Value {
  const value = toValue(result);
  try {
    JSON.stringify(value);
  } catch (error) {
    throw forgeError('OUTPUT_INVALID', 'What a call gave is no JSON', { cause: error });
  }
  return value;
}

export function fromValue({ json, cleared, bytes, float32 }: Value): unknown {
  if (cleared !== undefined)
    return Object.assign({}, json, Object.fromEntries(cleared.map((name) => [name, undefined])));
  if (bytes !== undefined) return fromBase64(bytes);
  if (float32 === undefined) return json;
  const vector = fromBase64(float32);
  return new Float32Array(vector.buffer, 0, Math.floor(vector.length / Float32Array.BYTES_PER_ELEMENT));
}

function clearedIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => (inner === undefined ? [name] : []));
}

function base64({ buffer, byteOffset, byteLength }: Float32Array | Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

/** In memory of its own: what Node keeps small buffers in is shared. */
function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, 'base64'));
}
