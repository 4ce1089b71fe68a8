import { z } from 'zod';

/** What may cross a border: between plugins, processes, machines, and into the event log. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };
export type JsonObject = { readonly [key: string]: Json | undefined };

export const jsonSchema: z.ZodType<Json> = z.json() as z.ZodType<Json>;

/** A JSON Schema document (draft 2020-12), as models and other processes understand it. */
export type JsonSchema = { readonly [key: string]: Json | undefined };
