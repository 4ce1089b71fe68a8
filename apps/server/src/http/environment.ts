import type { HttpBindings } from '@hono/node-server';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Actor } from '../auth/tokens.ts';

export interface ServerEnvironment {
  readonly Bindings: HttpBindings;
  readonly Variables: { actor: Actor };
}

export type ServerApp = OpenAPIHono<ServerEnvironment>;
