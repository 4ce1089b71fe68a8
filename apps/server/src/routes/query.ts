import { z } from '@forge/plugin-api';

/** Parameters that several operations take. */
const id = z.string().regex(/^[\w.-]{1,64}$/, 'expected an id');
export const idParameter = z.object({ id });
export const idQuery = id.optional();
export const repositoryQuery = z.object({ repository: z.string().min(1).optional() });

export const limitOf = (usual: number, most = 500) => z.coerce.number().int().min(1).max(most).default(usual);

/** One value or several with the same name. */
export function listOf<Item extends z.ZodType<string>>(item: Item) {
  return z
    .union([item, z.array(item)])
    .transform((value) => (Array.isArray(value) ? value : [value]) as z.output<Item>[])
    .optional();
}
