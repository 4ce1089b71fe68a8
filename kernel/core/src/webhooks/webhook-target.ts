import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { type ResolvedConfig, type StoredWebhook, type WebhookConfig, z } from '@forge/plugin-api';
import { isCode } from '../config/find-config.ts';
import type { Origin } from '../config/merge-layers.ts';
import { hashCode } from '../trust/content-hash.ts';
import type { TransformPlace } from './transform-messages.ts';

/** Where a webhook leads, with all that is sent along. */
export interface WebhookTarget {
  readonly id: string;
  readonly events: readonly string[];
  readonly source: StoredWebhook['source'];
  /** Name of the sender. */
  readonly use: string;
  /** Undefined: the variable that should hold it is not set. */
  readonly url: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined: a key of Forge's own. */
  readonly secret: string | undefined;
  readonly transform: TransformPlace | undefined;
  readonly allowPrivate: boolean;
  /** Variables that it names and that are not set. */
  readonly missing: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What the store keeps of a webhook that was made over the API. Nothing of it is code. */
export const apiTargetSchema = z.strictObject({
  use: z.string(),
  url: z.url({ protocol: /^https?$/ }),
  headers: z.record(z.string(), z.string()).default({}),
  /** A JMESPath expression. */
  transform: z.string().optional(),
});
export type ApiTarget = z.output<typeof apiTargetSchema>;

/** Those of the configuration. A transform in code is remembered by its place and what that holds now. */
export function configuredTargets(
  config: ResolvedConfig,
  origin: Origin | undefined,
  env: Environment,
): WebhookTarget[] {
  const taken = new Set<string>();
  return config.webhooks.map((webhook, index) => {
    const missing: string[] = [];
    const valueOf = (text: string | { readonly env: string }): string | undefined => {
      if (typeof text === 'string') return text;
      const value = env[text.env] || undefined;
      if (value === undefined) missing.push(text.env);
      return value;
    };
    const headers = Object.entries(webhook.headers ?? {}).flatMap(([name, text]) => {
      const value = valueOf(text);
      return value === undefined ? [] : [[name, value] as const];
    });
    const target = {
      id: freeId(webhook.name ?? idOf(webhook.url), taken),
      events: webhook.events,
      source: 'configuration' as const,
      use: webhook.use ?? config.webhookSender,
      url: valueOf(webhook.url),
      headers: Object.fromEntries(headers),
      secret: webhook.secret === undefined ? undefined : valueOf(webhook.secret),
      transform: transformOf(webhook, index, origin),
      allowPrivate: webhook.allowPrivate ?? false,
    };
    return { ...target, missing };
  });
}

export function storedTarget(stored: StoredWebhook, privateHosts: readonly string[]): WebhookTarget | undefined {
  const parsed = apiTargetSchema.safeParse(stored.target);
  if (!parsed.success) return undefined;
  const { use, url, headers, transform } = parsed.data;
  return {
    id: stored.id,
    events: stored.events,
    source: 'api',
    use,
    url,
    headers,
    secret: undefined,
    transform: transform === undefined ? undefined : { expression: transform },
    allowPrivate: privateHosts.includes(new URL(url).hostname),
    missing: [],
  };
}

/** Short, and the same as long as the address is. */
export function idOf(url: string | { readonly env: string }): string {
  if (typeof url !== 'string') return slug(url.env);
  return `${slug(URL.parse(url)?.hostname ?? 'webhook')}-${createHash('sha256').update(url).digest('hex').slice(0, 6)}`;
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 28)
    .replace(/^-+|-+$/g, '');
}

/** Two for one address are two. */
function freeId(wanted: string, taken: Set<string>): string {
  let id = wanted;
  for (let count = 2; taken.has(id); count += 1) id = `${wanted}-${count}`;
  taken.add(id);
  return id;
}

function transformOf(
  { transform }: WebhookConfig,
  index: number,
  origin: Origin | undefined,
): TransformPlace | undefined {
  if (transform === undefined) return undefined;
  if (typeof transform === 'string') return { expression: transform };
  const file = origin?.written.source === undefined ? '' : join(origin.base, basename(origin.written.source.file));
  // What came as an object of this process can be run nowhere else, which is told when it is used.
  return isCode(file) ? { file, hash: hashCode(file), index } : { file, hash: '', index };
}
