/**
 * What a column may hold. `undefined` is SQL NULL. Integers come back as `number` when they are safe, else as `bigint`.
 * A boolean is none of these: say 0 or 1.
 */
export type Value = string | number | bigint | Uint8Array | undefined;

export type Row = Readonly<Record<string, Value>>;
