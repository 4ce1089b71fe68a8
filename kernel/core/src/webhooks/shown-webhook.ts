import type { WebhookConfig } from '@forge/plugin-api';
import { masked } from '../secrets.ts';

/** An address without what may be a secret in it. */
export function shownUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null) return masked;
  return url.pathname === '/' && url.search === '' ? url.origin : `${url.origin}/${masked}`;
}

/** A webhook of the configuration, as data that may be shown. */
export function shownWebhook({ url, headers = {}, transform, ...rest }: WebhookConfig): object {
  return {
    ...rest,
    url: typeof url === 'string' ? shownUrl(url) : url,
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? masked : value]),
    ),
    ...(transform === undefined ? {} : { transform: typeof transform === 'string' ? transform : '[function]' }),
  };
}
