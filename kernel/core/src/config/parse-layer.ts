import { type ConfigLayer, configLayerSchema } from '@forge/plugin-api';
import type { SchemaIssue } from '../faults/schema-faults.ts';

export interface ParsedLayer {
  /** What is right in it, so that the rest of the configuration can be checked, too. */
  readonly value: ConfigLayer;
  readonly issues: readonly SchemaIssue[];
}

/** Holds a layer against the schema. Its wrong sections are left out of the answer, and their faults are given. */
export function parseLayer(value: unknown): ParsedLayer {
  const parsed = configLayerSchema.safeParse(value);
  if (parsed.success) return { value: parsed.data, issues: [] };
  const issues = parsed.error.issues as unknown as readonly SchemaIssue[];
  const wrong = issues.flatMap(({ path = [], keys = [] }) =>
    path.length === 0 ? keys : [String(path[0] as PropertyKey)],
  );
  const rest = Object.entries(Object(value) as object).filter(([key]) => !wrong.includes(key));
  return { value: configLayerSchema.safeParse(Object.fromEntries(rest)).data ?? {}, issues };
}
