import type { ForgeError } from '@forge/plugin-api';

/** As a person goes through them: file by file, in the order in which the files came up, and in each from the top. */
export function sortFaults(faults: readonly ForgeError[]): ForgeError[] {
  const placed = faults.map((fault) => ({ fault, ...placeOf(fault) }));
  const files = [...new Set(placed.map(({ file }) => file))];
  const byPlace = placed.toSorted(
    (left, right) =>
      files.indexOf(left.file) - files.indexOf(right.file) || left.line - right.line || left.column - right.column,
  );
  return byPlace.map(({ fault }) => fault);
}

function placeOf({ details }: ForgeError): { readonly file: string; readonly line: number; readonly column: number } {
  const where = details.where ?? '';
  const found = /^(.*):(\d+):(\d+)$/s.exec(where);
  return { file: found?.[1] ?? where, line: Number(found?.[2] ?? 0), column: Number(found?.[3] ?? 0) };
}
