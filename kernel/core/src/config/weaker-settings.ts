import { isDeepStrictEqual } from 'node:util';
import type { ConfigLayer, ResolvedConfig, SandboxLevel } from '@forge/plugin-api';

interface Guard {
  readonly path: string;
  /** The layer protects the person less than what holds without it. */
  weakens(layer: ConfigLayer, usual: ResolvedConfig): boolean;
}

const strength: Readonly<Record<SandboxLevel, number>> = { process: 0, namespace: 1, container: 2 };

const limits = [
  'budgetUsd',
  'maxTokens',
  'maxIterations',
  'maxToolCalls',
  'maxMinutes',
  'maxFailures',
  'maxRepeats',
  'maxRunIterations',
  'maxRunToolCalls',
  'maxRunMinutes',
] as const;

/** Limits that a person may have set; without them nothing is weakened. */
const caps = (['phase', 'task', 'execution'] as const).flatMap((part) =>
  (['budgetUsd', 'maxTokens'] as const).map((limit) => ({ part, limit })),
);

/** Settings by which a repository could take away what protects the person who runs Forge in it. */
const guards: readonly Guard[] = [
  { path: 'sandbox.use', weakens: ({ sandbox }, usual) => differs(sandbox?.use, usual.sandbox.use) },
  {
    path: 'sandbox.require',
    weakens: ({ sandbox }, usual) =>
      sandbox?.require !== undefined && strength[sandbox.require] < strength[usual.sandbox.require ?? 'process'],
  },
  {
    path: 'sandbox.network',
    weakens: ({ sandbox }, usual) => sandbox?.network === 'full' && usual.sandbox.network !== 'full',
  },
  {
    path: 'automation.level',
    weakens: ({ automation }, usual) => more(automation?.level, usual.automation.level),
  },
  {
    path: 'gates',
    weakens: ({ gates }, usual) => lacksSome(gates, usual.gates),
  },
  {
    path: 'approvals.levels',
    weakens: ({ approvals }, usual) =>
      approvals?.levels !== undefined &&
      usual.approvals.levels.length > 0 &&
      !isDeepStrictEqual(approvals.levels, usual.approvals.levels),
  },
  { path: 'webhooks', weakens: ({ webhooks = [] }) => webhooks.length > 0 },
  {
    path: 'webhookSender',
    weakens: ({ webhookSender }, usual) => differs(webhookSender, usual.webhookSender),
  },
  { path: 'server.auditDays', weakens: ({ server }, usual) => less(server?.auditDays, usual.server.auditDays) },
  { path: 'server.host', weakens: ({ server }, usual) => differs(server?.host, usual.server.host) },
  { path: 'server.publicUrl', weakens: ({ server }, usual) => differs(server?.publicUrl, usual.server.publicUrl) },
  {
    path: 'server.privateWebhookHosts',
    weakens: ({ server }) => (server?.privateWebhookHosts ?? []).length > 0,
  },
  {
    path: 'server.cloneProtocols',
    weakens: ({ server }, usual) => lacksSome(usual.server.cloneProtocols, server?.cloneProtocols ?? []),
  },
  {
    path: 'server.privateCloneHosts',
    weakens: ({ server }) => (server?.privateCloneHosts ?? []).length > 0,
  },
  {
    path: 'server.cloneCredentials',
    weakens: ({ server }) => (server?.cloneCredentials ?? []).length > 0,
  },
  { path: 'server.allowHosts', weakens: ({ server }) => (server?.allowHosts ?? []).length > 0 },
  {
    path: 'review.protectedPaths',
    weakens: ({ review }, usual) => lacksSome(review?.protectedPaths, usual.review.protectedPaths),
  },
  { path: 'phases', weakens: ({ phases }, usual) => lacksSome(phases, usual.phases) },
  {
    path: 'retention.days',
    weakens: ({ retention }, usual) => less(retention?.days, usual.retention.days),
  },
  {
    path: 'retention.runs',
    weakens: ({ retention }, usual) => less(retention?.runs, usual.retention.runs),
  },
  ...limits.map(
    (limit): Guard => ({
      path: `safety.${limit}`,
      weakens: ({ safety }, usual) => more(safety?.[limit], usual.safety[limit]),
    }),
  ),
  ...caps.map(
    ({ part, limit }): Guard => ({
      path: `safety.${part}.${limit}`,
      weakens: ({ safety }, usual) => more(safety?.[part]?.[limit], usual.safety[part]?.[limit]),
    }),
  ),
];

/** Paths of the settings that are weaker than those of the layers below: the defaults, and what the person has set. */
export function weakerSettings(layer: ConfigLayer, usual: ResolvedConfig): readonly string[] {
  return guards.filter(({ weakens }) => weakens(layer, usual)).map(({ path }) => path);
}

function lacksSome(values: readonly string[] | undefined, usual: readonly string[]): boolean {
  return values !== undefined && usual.some((value) => !values.includes(value));
}

function differs(value: unknown, usual: unknown): boolean {
  return value !== undefined && value !== usual;
}

function less(value: number | undefined, usual: number): boolean {
  return value !== undefined && value < usual;
}

function more(value: number | undefined, usual: number | undefined): boolean {
  return value !== undefined && usual !== undefined && value > usual;
}
