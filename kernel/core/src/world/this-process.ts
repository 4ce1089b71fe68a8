/* oxlint-disable no-restricted-globals -- the adapter for the process that hosts the kernel */
import { hostname } from 'node:os';
import type { LeaseOwner } from '@forge/plugin-api';
import { processExists } from './processes.ts';

/** This process as the owner of leases. The id is new for every start, so a recycled pid is another owner. */
export function thisProcess(newId: () => string): LeaseOwner {
  return Object.freeze({ id: newId(), host: hostname(), pid: process.pid });
}

/** False only when it is known that the owner has ended: it ran on this machine, and its pid is not in use. */
export function isAlive(owner: LeaseOwner, self: LeaseOwner): boolean {
  if (owner.host !== self.host) return true;
  return owner.pid === self.pid ? owner.id === self.id : processExists(owner.pid);
}

/** This Node, to start another of it. `limitsNetwork`: its permission model knows the network. */
export function thisNode(): { readonly file: string; readonly limitsNetwork: boolean } {
  return { file: process.execPath, limitsNetwork: process.allowedNodeEnvironmentFlags.has('--allow-net') };
}

/** Version of Node, platform and architecture, for `forge doctor`. */
export function runtimeFacts(): { readonly node: string; readonly platform: string; readonly userId: number } {
  return { node: process.version, platform: `${process.platform}-${process.arch}`, userId: process.getuid?.() ?? 0 };
}
