import { join } from 'node:path';
import { faultCases } from './fault-cases.ts';

// Runs cases in this process and prints a line for each: `fault-child.ts <raw | guarded> <folder> <index>...`.
const [way, folder = '', ...indices] = process.argv.slice(2);

for (const index of indices) {
  const faultCase = faultCases[Number(index)];
  const file = join(folder, way ?? '', index, 'fault.db');
  console.log(JSON.stringify({ index: Number(index), result: await resultOf(faultCase, file) }));
}

async function resultOf(faultCase: (typeof faultCases)[number] | undefined, file: string): Promise<unknown> {
  try {
    return way === 'raw' ? faultCase?.raw(file) : await faultCase?.guarded(file);
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}
