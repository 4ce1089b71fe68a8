import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Clock, forgeError, z } from '@forge/plugin-api';
import { type Scope, scopes } from '@forge/sdk';
import type { StateFolder } from '../state/state-folder.ts';

/** As it is kept: the token itself is nowhere but with who uses it. */
const tokenRecordSchema = z.strictObject({
  id: z.string(),
  /** What a person knows it by; the actor in the audit log. */
  name: z.string(),
  scopes: z.array(z.enum(scopes)).min(1),
  /** SHA-256 of the whole token. */
  hash: z.string(),
  createdAt: z.number(),
  expiresAt: z.number().optional(),
  revokedAt: z.number().optional(),
});
export type TokenRecord = z.output<typeof tokenRecordSchema>;
export type TokenFacts = Omit<TokenRecord, 'hash'>;

/** Who asks, and what they may do. */
export interface Actor {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
}

export interface Tokens {
  /**
   * The token can be read from the answer and nowhere else, ever. Rejects with USAGE for a name that a token in force
   * has, or that Forge uses itself: who decided, and who may, is told by names.
   */
  create(wanted: {
    readonly name: string;
    readonly scopes: readonly Scope[];
    readonly expiresAt?: number | undefined;
  }): Promise<{ readonly token: string; readonly record: TokenFacts }>;
  /** Newest first, with the ended ones. */
  list(): Promise<readonly TokenFacts[]>;
  /** Holds from the next request on. Rejects with TOKEN_NOT_FOUND. */
  revoke(id: string): Promise<TokenFacts>;
  /** Throws UNAUTHENTICATED. */
  actorOf(token: string): Actor;
}

const namePattern = /^[^\s\p{C}:](?:[^\p{C}:]{0,98}[^\s\p{C}:])?$/u;
/** As whom Forge itself decides and acts. */
const namesOfForge: ReadonlySet<string> = new Set(['decision-link', 'forge', 'kernel', 'server', 'timeout']);
const tokenPattern = /^forge_([0-9a-f]{12})_[\w-]{43}$/;

/** Tokens with scopes, one file each, so that two processes that change some at once lose nothing. */
export function createTokens(folder: StateFolder, clock: Clock): Tokens {
  const known = new Map<string, { readonly stamp: string; readonly record: TokenRecord }>();
  const read = (id: string): TokenRecord | undefined => {
    const name = fileOf(id);
    const stamp = folder.stamp(name);
    if (stamp === undefined) return undefined;
    const cached = known.get(id);
    if (cached?.stamp === stamp) return cached.record;
    const record = folder.read(name, tokenRecordSchema);
    if (record !== undefined) known.set(id, { stamp, record });
    return record;
  };
  return {
    async create({ name, scopes: held, expiresAt }) {
      if (!namePattern.test(name) || namesOfForge.has(name))
        throw forgeError('USAGE', `A token cannot be called ${JSON.stringify(name)}`, {
          fix: 'take the name of the person or the program that uses it',
        });
      const same = (await this.list()).find((one) => one.name === name && isInForce(one, clock.now()));
      if (same !== undefined)
        throw forgeError('USAGE', `There is a token ${name} already`, {
          why: 'by its name it is told who decided, and who may',
          fix: `take another name, or end that one: forge token revoke ${same.id}`,
        });
      const id = randomBytes(6).toString('hex');
      const token = newToken(id);
      const record: TokenRecord = {
        id,
        name,
        scopes: [...held],
        hash: hashOf(token),
        createdAt: clock.now(),
        ...(expiresAt === undefined ? {} : { expiresAt }),
      };
      await folder.write(fileOf(id), record);
      return { token, record: factsOf(record) };
    },
    async list() {
      const names = await folder.list('tokens');
      const records = names.flatMap((name) => folder.read(name, tokenRecordSchema) ?? []);
      return records.map(factsOf).sort((left, right) => right.createdAt - left.createdAt);
    },
    async revoke(id) {
      const record = /^[0-9a-f]{12}$/.test(id) ? folder.read(fileOf(id), tokenRecordSchema) : undefined;
      if (record === undefined)
        throw forgeError('TOKEN_NOT_FOUND', `There is no token ${id}`, { fix: 'see what there is: forge token list' });
      const revoked = { ...record, revokedAt: record.revokedAt ?? clock.now() };
      await folder.write(fileOf(id), revoked);
      return factsOf(revoked);
    },
    actorOf(token) {
      const id = tokenPattern.exec(token)?.[1];
      const record = id === undefined ? undefined : read(id);
      if (record === undefined || !isSame(hashOf(token), record.hash)) throw refused('it is not known here');
      if (record.revokedAt !== undefined) throw refused('it was revoked');
      if (record.expiresAt !== undefined && record.expiresAt <= clock.now()) throw refused('it has expired');
      return record;
    },
  };
}

/** Tokens, and the one that a server makes for the person who started it: it ends with the server. */
export function withLocalToken(tokens: Tokens, name: string): { readonly token: string; readonly tokens: Tokens } {
  const token = newToken('000000000000');
  const hashed = hashOf(token);
  const actor: Actor = { id: 'local', name, scopes: ['admin'] };
  const actorOf = (given: string): Actor => (isSame(hashOf(given), hashed) ? actor : tokens.actorOf(given));
  return { token, tokens: { ...tokens, actorOf } };
}

export function isInForce({ revokedAt, expiresAt }: TokenFacts, now: number): boolean {
  return revokedAt === undefined && (expiresAt === undefined || expiresAt > now);
}

export function refused(why: string): Error {
  return forgeError('UNAUTHENTICATED', 'This takes a token', {
    why,
    fix: 'make one with forge token create, and send it as "Authorization: Bearer <token>" (forge: FORGE_TOKEN)',
  });
}

const fileOf = (id: string): string => `tokens/${id}.json`;

function newToken(id: string): string {
  return `forge_${id}_${randomBytes(32).toString('base64url')}`;
}

function hashOf(token: string): string {
  return hash('sha256', token);
}

function isSame(left: string, right: string): boolean {
  return left.length === right.length && timingSafeEqual(Buffer.from(left), Buffer.from(right));
}

function factsOf({ hash: _hash, ...facts }: TokenRecord): TokenFacts {
  return facts;
}
