import type { Origin } from '../config/merge-layers.ts';
import type { ConfigOrigin } from '../forge.ts';
import type { ResolvedConfig } from '@forge/plugin-api';
import { shownWebhook } from '../webhooks/index.ts';
import { isSecretOption, masked, maskDeep, type Masker } from '../secrets.ts';

/** For `forge config show`: every value with where it comes from, and no secret. */
export function shownOrigins(origins: ReadonlyMap<string, Origin>, masker: Masker): ConfigOrigin[] {
  return [...origins].map(([path, { value, source }]) => ({
    path,
    value: maskDeep(
      masker,
      path === 'webhooks' ? (value as ResolvedConfig['webhooks']).map(shownWebhook) : withoutSecrets(value),
    ),
    source,
  }));
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      isSecretOption(key) && typeof inner === 'string' ? masked : withoutSecrets(inner),
    ]),
  );
}
