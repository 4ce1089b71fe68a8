import { contributionKeys } from '@forge/plugin-api';
import { agentPageSchema, automationSchema, pluginPageSchema, settingPageSchema } from '@forge/sdk';
import { createRoute } from '@hono/zod-openapi';
import type { ServerApp } from '../http/environment.ts';
import { answers, operation } from '../http/operation.ts';
import { repositoryQuery } from './query.ts';
import type { RouteDeps } from './route-deps.ts';

/** What a repository's runs work with: plugins, agents, settings, automation. */
export function addCatalogRoutes(app: ServerApp, { guard, repositories, hosts }: RouteDeps): void {
  const forgeOf = (repository: string | undefined) => hosts.current(repositories.find(repository));

  app.openapi(
    createRoute({
      ...operation(guard, 'listPlugins', 'read', 'Plugins, and which of them are loaded'),
      method: 'get',
      path: '/api/plugins',
      request: { query: repositoryQuery },
      responses: answers(pluginPageSchema, 'The plugins'),
    }),
    async (context) => {
      const { plugins } = await forgeOf(context.req.valid('query').repository);
      const items = plugins.map(({ manifest, origin, active }) => ({
        name: manifest.name,
        version: manifest.version,
        type: manifest.type,
        ...(manifest.description === undefined ? {} : { description: manifest.description }),
        origin,
        active,
        provides: Object.fromEntries(Object.values(contributionKeys).map((key) => [key, [...manifest.provides[key]]])),
      }));
      return context.json({ items }, 200);
    },
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'listAgents', 'read', 'Agents, and the roles they have'),
      method: 'get',
      path: '/api/agents',
      request: { query: repositoryQuery },
      responses: answers(agentPageSchema, 'The agents'),
    }),
    async (context) => {
      const forge = await forgeOf(context.req.valid('query').repository);
      const chosen = Object.entries(forge.config.agents);
      const items = forge.names('agent').map(({ name, plugin }) => ({
        name,
        plugin,
        roles: chosen.filter(([, agent]) => agent === name).map(([role]) => role),
      }));
      return context.json({ items }, 200);
    },
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'getConfig', 'read', 'Every setting with where it comes from, secrets masked'),
      method: 'get',
      path: '/api/config',
      request: { query: repositoryQuery },
      responses: answers(settingPageSchema, 'The settings'),
    }),
    async (context) => {
      const forge = await forgeOf(context.req.valid('query').repository);
      return context.json({ items: [...forge.origins] }, 200);
    },
  );
  app.openapi(
    createRoute({
      ...operation(guard, 'getAutomation', 'read', 'How much is left to runs, and how much their record speaks for'),
      method: 'get',
      path: '/api/automation',
      request: { query: repositoryQuery },
      responses: answers(automationSchema, 'The level in force, the one that is earned, and the figures'),
    }),
    async (context) => {
      const forge = await forgeOf(context.req.valid('query').repository);
      const { metrics, requirements, ...levels } = await forge.automation();
      return context.json({ ...levels, metrics: [...metrics], requirements: [...requirements] }, 200);
    },
  );
}
