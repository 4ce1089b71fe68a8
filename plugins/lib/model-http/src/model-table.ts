import { type ModelCapabilities, type Price, z } from '@forge/plugin-api';

/** What configuration may say of a model, over what the provider knows. */
export const modelOverrideSchema = z.strictObject({
  contextTokens: z.int().positive().optional(),
  maxOutputTokens: z.int().positive().optional(),
  tools: z.boolean().optional(),
  images: z.boolean().optional(),
  structuredOutput: z.boolean().optional(),
  /** US dollars per million tokens. */
  price: z
    .strictObject({
      input: z.number().nonnegative(),
      output: z.number().nonnegative(),
      cacheRead: z.number().nonnegative(),
      cacheWrite: z.number().nonnegative(),
      asOf: z.iso.date(),
    })
    .optional(),
});

export type ModelOverride = z.output<typeof modelOverrideSchema>;

/** The row of a model: its own, or that of the longest name that it begins with, so that dated names are found. */
export function rowOf<T>(table: Readonly<Record<string, T>>, model: string): T | undefined {
  const bare = model.slice(model.lastIndexOf('/') + 1);
  const names = Object.keys(table).filter(
    (name) => bare === name || /^-\d{4}-?\d{2}-?\d{2}$|^@\d{8}$|^-latest$/.test(suffix(bare, name)),
  );
  const best = names.sort((a, b) => b.length - a.length)[0];
  return best === undefined ? undefined : table[best];
}

const suffix = (model: string, name: string): string => (model.startsWith(name) ? model.slice(name.length) : '');

/** Known facts with those of the configuration over them; what it leaves out stays. */
export function overridden(known: ModelCapabilities, override: ModelOverride | undefined): ModelCapabilities {
  if (override === undefined) return known;
  const said = Object.fromEntries(Object.entries(override).filter(([, value]) => value !== undefined));
  return { ...known, ...(said as Partial<ModelCapabilities>) };
}

/** A price row: dollars per million tokens for input, output, cache read, cache write. */
export const price = (asOf: string, input: number, output: number, cacheRead: number, cacheWrite: number): Price => ({
  input,
  output,
  cacheRead,
  cacheWrite,
  asOf,
});
