import type { AllowRules, Remotes } from '@forge/core';
import type { Clock } from '@forge/plugin-api';
import type { AuditLog } from '../audit-log.ts';
import type { Tokens } from '../auth/tokens.ts';
import type { Clones } from '../clones.ts';
import type { Hosts } from '../hosts.ts';
import type { Guard } from '../http/operation.ts';
import type { Metrics } from '../metrics.ts';
import type { Repositories } from '../repositories.ts';
import type { RunService } from '../runs/run-service.ts';
import type { Feeds } from '../streams/feeds.ts';
import type { StreamLimits } from '../streams/sse.ts';

/** What routes work with. */
export interface RouteDeps {
  readonly guard: Guard;
  readonly runs: RunService;
  readonly feeds: Feeds;
  readonly hosts: Hosts;
  readonly repositories: Repositories;
  readonly clones: Clones;
  readonly remotes: Pick<Remotes, 'check'>;
  readonly allowRules: AllowRules;
  readonly audit: AuditLog;
  readonly tokens: Pick<Tokens, 'actorOf'>;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly streamLimits: StreamLimits;
  readonly info: { readonly version: string; readonly pid: number; readonly startedAt: number };
  /** False while the server ends. */
  isReady(): boolean;
}
