import type { Forge } from '@forge/core';
import { forgeError } from '@forge/plugin-api';
import { createForgeClient } from '@forge/sdk';
import { runningServer } from '@forge/server';
import type { CommandCall } from '../command.ts';
import { serverFolder } from '../server-folder.ts';
import type { ForgeSettings } from '../with-forge.ts';
import { createRemoteEngine } from './remote-engine.ts';
import { createRemoteEvents } from './remote-events.ts';
import { createRemoteMemory } from './remote-memory.ts';
import { createRemoteStore } from './remote-store.ts';
import { createRemoteWebhooks } from './remote-webhooks.ts';

/**
 * A server's runs as if they were here: the same interfaces over its HTTP API, so that commands cannot tell the
 * difference. Nothing is asked of the server before it is needed.
 */
export function openRemoteForge(call: CommandCall, given: string, settings: ForgeSettings): Forge {
  const { world, global, directory } = call;
  const url = serverUrl(given);
  if (settings.record !== undefined)
    throw forgeError('USAGE', '--record does not work with --server', { fix: 'record a run in this process' });
  const token = world.env['FORGE_TOKEN'] || ownToken(call, url);
  const client = createForgeClient({ url, token });
  // Another machine has other folders.
  const here = isLoopback(url) ? directory : undefined;
  const repository = global.repository ?? here;
  const events = createRemoteEvents();
  const store = createRemoteStore(client, global.repository, events);
  const engine = createRemoteEngine(client, { repository, flags: settings.flags ?? {}, events });
  const notThere = (what: string): never => {
    throw forgeError('UNSUPPORTED', `${what} of a server cannot be used from here`, {
      fix: 'leave --server out, or call Forge on the machine of the server',
    });
  };
  return {
    stateDirectory: '',
    repositoryId: '',
    configFile: undefined,
    get config() {
      return notThere('The configuration');
    },
    get origins() {
      return notThere('The configuration');
    },
    get plugins() {
      return notThere('The plugins');
    },
    webhooks: createRemoteWebhooks(client, repository),
    get decisionLinks() {
      return notThere('Links');
    },
    engine: async () => engine,
    store: async () => store,
    bus: async () => events.transport,
    memory: async () => createRemoteMemory(client, repository),
    automation: () => client.automation({ repository }),
    skills: async () => notThere('Skills'),
    get: async () => notThere('Plugins'),
    names: () => notThere('The names'),
    mask: (text) => text,
    probe: async () => notThere('Models'),
    doctor: async () => notThere('The doctor'),
    close: async () => {},
  };
}

function serverUrl(given: string): string {
  const url = URL.parse(given);
  if (url !== null && /^https?:$/.test(url.protocol) && url.pathname === '/') return url.origin;
  throw forgeError('USAGE', `${given} is not the address of a server`, { fix: 'such as http://127.0.0.1:4766' });
}

/** The person's own server on this machine needs no ceremony. Its token goes nowhere else. */
function ownToken(call: CommandCall, url: string): string | undefined {
  const own = runningServer(serverFolder(call), call.world.processStart);
  return own !== undefined && own.url === url.replace('://localhost:', '://127.0.0.1:') ? own.token : undefined;
}

function isLoopback(url: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname);
}
