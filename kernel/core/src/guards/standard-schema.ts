import type { SchemaIssue } from '../faults/schema-faults.ts';

/** As much as https://standardschema.dev asks of a schema. Zod 3 and 4, Valibot and ArkType give it. */
export interface StandardSchema {
  readonly '~standard': {
    readonly vendor: string;
    validate(value: unknown): StandardResult | Promise<StandardResult>;
  };
}

export type StandardResult =
  | { readonly value: unknown; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** Never by `instanceof`: a plugin may bring its own copy, or another library. */
export function isStandardSchema(value: unknown): value is StandardSchema {
  const standard = (value as { readonly '~standard'?: { readonly validate?: unknown } } | null | undefined)?.[
    '~standard'
  ];
  return typeof standard?.validate === 'function';
}

/** True for schemas of any copy of zod 4: those have a JSON Schema. */
export function isZod4(value: unknown): boolean {
  return typeof value === 'object' && value !== null && '_zod' in value;
}

export async function validate(schema: StandardSchema, value: unknown): Promise<StandardResult> {
  return schema['~standard'].validate(value);
}
