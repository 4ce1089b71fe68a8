import { forgeError, type z } from '@forge/plugin-api';
import { allows, problemSchema, type Scope } from '@forge/sdk';
import type { MiddlewareHandler } from 'hono';
import type { AuditLog } from '../audit-log.ts';
import type { ServerEnvironment } from './environment.ts';

export type Guard = ReturnType<typeof createGuard>;

/** What stands in front of each operation: its scope, and the record of every change. */
export function createGuard(audit: AuditLog) {
  return (operationId: string, scope: Scope): MiddlewareHandler<ServerEnvironment> =>
    async (context, next) => {
      const actor = context.get('actor');
      if (!allows(actor.scopes, scope))
        throw forgeError('FORBIDDEN', `This takes a token with the scope ${scope}`, {
          why: `the token ${actor.name} has: ${actor.scopes.join(', ')}`,
          fix: `forge token create <name> --scope ${scope}`,
        });
      if (/^(GET|HEAD)$/.test(context.req.method)) return next();
      const ended = await audit.asked(actor, operationId, context.req.path);
      await next();
      await ended(context.res.status);
    };
}

/** The common part of a route's definition. */
export function operation(guard: Guard, operationId: string, scope: Scope, summary: string) {
  return { operationId, summary, security: [{ token: [scope] }], middleware: guard(operationId, scope) };
}

/** A JSON answer, and the problem that comes instead. */
export function answers<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { 200: { description, content: { 'application/json': { schema } } }, default: problem } as const;
}

/** The same for work that goes on after the answer. */
export function accepted<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { 202: { description, content: { 'application/json': { schema } } }, default: problem } as const;
}

export const problem = {
  description: 'What went wrong, with a literal code and what to do',
  content: { 'application/problem+json': { schema: problemSchema } },
} as const;

export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { 'application/json': { schema } } } as const;
}
