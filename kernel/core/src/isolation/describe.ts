import { type Json, type JsonSchema, type Kind, z } from '@forge/plugin-api';
import type { Described } from '@forge/worker-protocol';
import type { Contribution } from '../guards/guard.ts';
import { guardRules } from '../guards/index.ts';
import { isZod4 } from '../guards/standard-schema.ts';
import type { Provided } from '../plugins/provided.ts';

type Properties = Readonly<Record<string, unknown>>;
type Schemas = Readonly<Record<string, z.ZodType>>;

/** What a plugin brought, as data: all that can be read of it, and the names of what can be called. */
export function describeContributions(provided: readonly Provided[]): Described[] {
  return provided.map(({ kind, contribution }) => {
    const found = contribution as unknown as Properties;
    const present = guardRules[kind].properties.filter((name) => found[name] !== undefined);
    const schemas = present.filter((name) => isSchemas(found[name]));
    return {
      kind,
      data: Object.fromEntries(present.filter((name) => !schemas.includes(name)).map((name) => [name, found[name]])),
      schemas: Object.fromEntries(schemas.map((name) => [name, schemasToJson(found[name] as Schemas)])),
      methods: Object.keys(guardRules[kind].methods).filter((name) => typeof found[name] === 'function'),
    } as Described;
  });
}

/** A contribution whose methods are elsewhere. Only what the kind has is taken over. */
export function contributionFrom(
  { kind, data, schemas, methods }: Described,
  call: (method: string, args: readonly unknown[]) => Promise<unknown>,
): Contribution {
  const rule = guardRules[kind as Kind];
  const properties = rule.properties.flatMap((name): [string, unknown][] => {
    if (Object.hasOwn(data, name)) return [[name, data[name]]];
    return Object.hasOwn(schemas, name) ? [[name, schemasFromJson(schemas[name] ?? {})]] : [];
  });
  const calls = Object.keys(rule.methods)
    .filter((name) => methods.includes(name))
    .map((name) => [name, (...args: unknown[]) => call(name, args)] as const);
  return Object.fromEntries([...properties, ...calls]) as unknown as Contribution;
}

function isSchemas(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.values(value).some(isZod4);
}

function schemasToJson(schemas: Schemas): Record<string, JsonSchema> {
  const rows = Object.entries(schemas).map(([side, schema]) => {
    const io = side === 'output' ? 'output' : 'input';
    return [side, z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonSchema] as const;
  });
  return Object.fromEntries(rows);
}

/**
 * Models see a plugin's JSON Schema as it is. What is checked with here leaves out its regular expressions, which could
 * keep the kernel busy for ever: the plugin's own process checks with all of it.
 */
function schemasFromJson(schemas: Readonly<Record<string, JsonSchema>>): Record<string, z.ZodType> {
  const rows = Object.entries(schemas).map(([side, schema]) => {
    const checked = z.fromJSONSchema(withoutPatterns(schema) as Parameters<typeof z.fromJSONSchema>[0]);
    // A copy each time: zod empties what it is given.
    checked._zod.toJSONSchema = () => structuredClone(schema);
    return [side, checked] as const;
  });
  return Object.fromEntries(rows);
}

function withoutPatterns(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((item: Json) => withoutPatterns(item) ?? null);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key, inner]) => !isPattern(key, inner));
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutPatterns(inner)]));
}

/** A property of an object may be called `pattern`, too: then it is no text but a schema. */
function isPattern(key: string, value: Json | undefined): boolean {
  return (key === 'pattern' && typeof value === 'string') || key === 'patternProperties';
}
