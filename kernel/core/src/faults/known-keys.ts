/** As much of a zod 4 schema as is looked at; structural, because it may come from another copy. */
interface Schema {
  readonly _zod?: { readonly def: Definition };
}

interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly innerType?: Schema;
  readonly element?: Schema;
  readonly valueType?: Schema;
  readonly in?: Schema;
  readonly options?: readonly Schema[];
  readonly getter?: () => Schema;
}

/** The keys that a schema knows at a path. Empty when it cannot be told. */
export function knownKeys(schema: unknown, path: readonly PropertyKey[]): readonly string[] {
  return schemasAt(schema as Schema, path).flatMap((found) => Object.keys(found._zod?.def.shape ?? {}));
}

function schemasAt(schema: Schema | undefined, path: readonly PropertyKey[]): readonly Schema[] {
  const definition = schema?._zod?.def;
  if (schema === undefined || definition === undefined) return [];
  const inner = definition.innerType ?? definition.in ?? definition.getter?.();
  if (inner !== undefined) return schemasAt(inner, path);
  if (definition.options !== undefined) return definition.options.flatMap((option) => schemasAt(option, path));
  const [step, ...rest] = path;
  if (step === undefined) return [schema];
  const next = definition.shape?.[String(step)] ?? definition.element ?? definition.valueType;
  return schemasAt(next, rest);
}
