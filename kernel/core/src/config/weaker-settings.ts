import type { ConfigLayer } from '@forge/plugin-api';

interface Guard {
  readonly path: string;
  /** The layer protects the person less than the defaults do. */
  weakens(layer: ConfigLayer, defaults: ConfigLayer): boolean;
}

const limits = [
  'budgetUsd',
  'maxTokens',
  'maxIterations',
  'maxToolCalls',
  'maxMinutes',
  'maxFailures',
  'maxRepeats',
] as const;

/** Settings by which a repository could take away what protects the person who runs Forge in it. */
const guards: readonly Guard[] = [
  { path: 'sandbox.use', weakens: ({ sandbox }, defaults) => differs(sandbox?.use, defaults.sandbox?.use) },
  { path: 'sandbox.network', weakens: ({ sandbox }) => sandbox?.network === 'full' },
  {
    path: 'automation.level',
    weakens: ({ automation }, defaults) => more(automation?.level, defaults.automation?.level),
  },
  {
    path: 'gates',
    weakens: ({ gates }, defaults) =>
      gates !== undefined && (defaults.gates ?? []).some((gate) => !gates.includes(gate)),
  },
  ...limits.map(
    (limit): Guard => ({
      path: `safety.${limit}`,
      weakens: ({ safety }, defaults) => more(safety?.[limit], defaults.safety?.[limit]),
    }),
  ),
];

/** Paths of the settings that are weaker than the defaults. */
export function weakerSettings(layer: ConfigLayer, defaults: ConfigLayer): readonly string[] {
  return guards.filter(({ weakens }) => weakens(layer, defaults)).map(({ path }) => path);
}

function differs(value: unknown, usual: unknown): boolean {
  return value !== undefined && value !== usual;
}

function more(value: number | undefined, usual: number | undefined): boolean {
  return value !== undefined && value > (usual ?? 0);
}
