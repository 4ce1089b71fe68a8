import { join } from 'node:path';
import type { Clock, LeaseOwner, Logger, Sandbox } from '@forge/plugin-api';
import { pluginDataFolder } from '../agent-plugins/create-mcp-servers.ts';
import type { PluginRecord } from '../manifests/plugin-record.ts';
import { realPath } from '../state/places.ts';
import { isAlive } from '../world/this-process.ts';
import { type Door, type LentHost, openDoor } from './door.ts';
import type { Grants } from './grants.ts';
import { codeFor, nodeCommand, programFolder } from './node-command.ts';
import { makeHome, removeHome } from './plugin-home.ts';
import { type PluginProcess, startPluginProcess } from './plugin-process.ts';

/** Where one plugin's processes live. */
export interface PluginGround {
  /** It may write there, and finds it again the next time. */
  readonly stateDirectory: string;
  start(workspace: string | undefined): Promise<PluginProcess>;
  /** Lets it connect to where a webhook leads, until what it gives is called: that says why it could not, if so. */
  follow(webhook: LentHost): () => string | undefined;
  /** Ends whatever its processes have started, and removes their home. */
  close(): Promise<void>;
}

export interface PluginGroundDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly owner: LeaseOwner;
  /** Forge's own state folder. It exists. */
  readonly state: string;
  /** Top of the person's repository. */
  readonly project: string;
  readonly sandbox: Sandbox;
  readonly silentMs: number;
}

/** Variables by which a value could change how Node itself starts. */
const ofNode = /^(NODE_|LD_|FORGE_|HOME$|PATH$|TMPDIR$)/;

/** Makes the folders of a plugin and its way to the network, and says how a process of it is started there. */
export async function prepareGround(
  record: PluginRecord,
  grants: Grants,
  deps: PluginGroundDeps,
): Promise<PluginGround> {
  const { manifest, folder: given } = record;
  const { env, clock, log, owner, state, project, sandbox, silentMs } = deps;
  const { PROCESS_MARKER, reapMarked, scrubbedEnvironment, visibilityOf } = await import('@forge/engine/processes');
  const slug = manifest.name.replaceAll('/', '+');
  const mark = `plugin/${slug}@${owner.pid}.${owner.id}`;
  await reapMarked((found) => found.startsWith(`plugin/${slug}@`) && isOrphan(found, owner));

  const [home, stateDirectory] = await Promise.all([makeHome(owner), pluginDataFolder(state, record)]);
  const path = join(home, 'door');
  const door: Door | undefined =
    grants.hosts.length === 0 && !grants.followsWebhooks
      ? undefined
      : await openDoor({ path, hosts: grants.hosts, namedHosts: grants.namedHosts, plugin: manifest.name, log }).catch(
          async (error: unknown) => {
            await removeHome(home);
            throw error;
          },
        );
  const code = codeFor(realPath(given));
  const { hidden, readable } = visibilityOf({ env, hidden: [project, state], readable: [...code, programFolder()] });
  const processEnv = {
    ...scrubbedEnvironment({
      source: env,
      home,
      temporaryDirectory: home,
      allow: Object.keys(grants.variables).filter((name) => !ofNode.test(name)),
    }),
    [PROCESS_MARKER]: `${mark}#plugin`,
    ...(door === undefined ? {} : { FORGE_DOOR: path, FORGE_HOSTS: hostsToldTo(grants).join(',') }),
  };

  return {
    stateDirectory,
    start(workspace) {
      const inWorkspace = workspace === undefined ? [] : [realPath(workspace)];
      const write = [home, stateDirectory, ...(grants.workspace === 'write' ? inWorkspace : [])];
      // To Node, what may be written may not be read for that alone.
      const reach = { read: [...code, ...(grants.workspace === 'read' ? inWorkspace : []), ...write], write };
      return startPluginProcess({
        node: (everyMs) => nodeCommand(reach, grants, everyMs),
        cwd: home,
        env: processEnv,
        sandbox,
        policy: { writable: write, readable: [...readable, ...reach.read], hidden, network: 'none' },
        isStore: manifest.provides.stores.length > 0,
        clock,
        silentMs,
        onText: (text) => log.debug('a plugin says', { text }),
      });
    },
    follow: (webhook) => (grants.followsWebhooks ? door?.lend(webhook) : undefined) ?? (() => undefined),
    async close() {
      await reapMarked((found) => found.startsWith(`${mark}#`));
      await door?.close();
      await removeHome(home);
    },
  };
}

const hostsToldTo = ({ hosts, followsWebhooks }: Grants): readonly string[] => [
  ...hosts,
  ...(followsWebhooks ? ['*'] : []),
];

/** A process whose Forge was killed before it could end it. */
function isOrphan(mark: string, self: LeaseOwner): boolean {
  const [, pid, id] = /@(\d+)\.([^#]+)#/.exec(mark) ?? [];
  return pid !== undefined && id !== undefined && !isAlive({ id, pid: Number(pid), host: self.host }, self);
}
