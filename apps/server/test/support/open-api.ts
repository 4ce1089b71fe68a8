import type { Scope } from '@forge/sdk';
import type { ServerWorld } from './real-server.ts';

export interface Operation {
  readonly id: string;
  readonly method: string;
  /** With an id that there is not. */
  readonly path: string;
  /** One that fits, where one is needed. */
  readonly body: string | undefined;
  readonly scope: Scope;
}

export interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: { readonly securitySchemes: Readonly<Record<string, unknown>> };
}

export interface OpenApiOperation {
  readonly operationId: string;
  readonly security: readonly Readonly<Record<string, readonly Scope[]>>[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: object }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: object }>> };
  readonly responses: Readonly<Record<string, unknown>>;
}

const bodies: Readonly<Record<string, object>> = {
  startRun: { task: 'Do nothing', repository: 'nowhere' },
  resumeRun: {},
  forkRun: { at: 1 },
  decideRequest: { approved: true },
  editMemory: { content: 'Other words' },
  addAllowRule: { gate: 'deployment', everywhere: true },
  addRepository: { path: '/nowhere' },
  createWebhook: { url: 'https://example.org/hook', events: ['run.*'], repository: 'nowhere' },
  disableWebhook: { reason: 'not needed' },
  replayWebhook: {},
};

export async function openApiOf({ server }: Pick<ServerWorld, 'server'>): Promise<OpenApi> {
  return (await (await fetch(`${server.url}/openapi.json`)).json()) as OpenApi;
}

/** All that take a token, from the document itself. */
export async function operationsOf(world: Pick<ServerWorld, 'server'>): Promise<readonly Operation[]> {
  return all(await openApiOf(world)).flatMap(({ path, method, operation }) => {
    const scope = operation.security[0]?.['token']?.[0];
    if (scope === undefined) return [];
    const body = operation.requestBody === undefined ? undefined : JSON.stringify(bodies[operation.operationId]);
    return [{ id: operation.operationId, method, path: path.replaceAll('{id}', 'nothing'), body, scope }];
  });
}

/** Those that take none. */
export async function openPaths(world: Pick<ServerWorld, 'server'>): Promise<readonly string[]> {
  return all(await openApiOf(world))
    .filter(({ operation }) => operation.security.length === 0)
    .map(({ path }) => path);
}

export function all({ paths }: OpenApi) {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
}
