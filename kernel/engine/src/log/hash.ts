import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';

/** SHA-256, hexadecimal. */
export function hashText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Of the canonical JSON: equal values give equal hashes. */
export function hashJson(value: unknown): string {
  return hashText(canonicalJson(value));
}
