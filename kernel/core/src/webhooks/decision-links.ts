import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { type Clock, type HumanRequest, z } from '@forge/plugin-api';
import { realPath } from '../state/places.ts';
import type { WebhookKeys } from './webhook-keys.ts';

/** What a link lets whoever holds it decide: one request, as it was shown, for a while. */
const grantSchema = z.strictObject({
  /** Of the repository: no path stands in a link. */
  place: z.string(),
  requestId: z.string(),
  subjectHash: z.string(),
  expiresAt: z.number(),
});
export type DecisionGrant = z.output<typeof grantSchema>;

/** Addresses under which a person decides a request in a browser. */
export interface DecisionLinks {
  /** Undefined where nobody said under which address this server is reached. */
  urlFor(request: Pick<HumanRequest, 'id' | 'subjectHash'>): Promise<string | undefined>;
  /** Undefined for a token that was not made here, was changed, or is too old. */
  read(token: string): Promise<DecisionGrant | undefined>;
}

const validMs = 12 * 3_600_000;

/** Could a link be one of the repository at that path? Says nothing of whether it is valid. */
export function mayBeLinkOf(token: string, repository: string): boolean {
  return grantIn(token.split('.')[0])?.place === placeOf(repository);
}

/** @param repository absolute path of its top */
export function createDecisionLinks(
  publicUrl: string | undefined,
  { keys, clock, repository }: { readonly keys: WebhookKeys; readonly clock: Clock; readonly repository: string },
): DecisionLinks {
  const sealOf = async (content: string) =>
    createHmac('sha256', await keys.derive('decision links'))
      .update(content)
      .digest();
  return {
    async urlFor({ id, subjectHash }) {
      if (publicUrl === undefined) return undefined;
      const grant: DecisionGrant = {
        place: placeOf(repository),
        requestId: id,
        subjectHash,
        expiresAt: clock.now() + validMs,
      };
      const content = Buffer.from(JSON.stringify(grant)).toString('base64url');
      const token = `${content}.${(await sealOf(content)).toString('base64url')}`;
      return `${publicUrl.replace(/\/+$/, '')}/decide/${token}`;
    },
    async read(token) {
      const [content = '', seal = ''] = token.split('.');
      const [expected, found] = [await sealOf(content), Buffer.from(seal, 'base64url')];
      if (found.length !== expected.length || !timingSafeEqual(found, expected)) return undefined;
      const grant = grantIn(content);
      return grant !== undefined && grant.expiresAt > clock.now() ? grant : undefined;
    },
  };
}

function placeOf(repository: string): string {
  return createHash('sha256').update(realPath(repository)).digest('base64url').slice(0, 16);
}

function grantIn(content = ''): DecisionGrant | undefined {
  try {
    return grantSchema.safeParse(JSON.parse(Buffer.from(content, 'base64url').toString())).data;
  } catch {
    return undefined;
  }
}
