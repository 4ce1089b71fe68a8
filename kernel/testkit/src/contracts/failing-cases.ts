import { type ContractCase, type ContractOptions, runCase } from './contract-case.ts';

/** Milliseconds after which a case counts as failed; those that pass take a few. */
const patience = 1000;

/**
 * The names of the cases that an implementation fails, a case that hangs among them. To show that a contract catches
 * a wrong implementation.
 */
export async function failingCases<Subject>(
  cases: readonly ContractCase<Subject>[],
  create: ContractOptions<Subject>['create'],
): Promise<string[]> {
  const verdicts = await Promise.all(cases.map(async (each) => ((await fails(each, create)) ? [each.name] : [])));
  return verdicts.flat();
}

async function fails<Subject>(each: ContractCase<Subject>, create: ContractOptions<Subject>['create']) {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`"${each.name}" did not end`)), patience);
  try {
    await Promise.race([runCase(each, create), tooLate]);
    return false;
  } catch {
    return true;
  } finally {
    clearTimeout(timer);
  }
}

/** The one case of that name, to see whether it catches something. Throws when there is none. */
export function only<Subject>(cases: readonly ContractCase<Subject>[], name: string): readonly ContractCase<Subject>[] {
  const found = cases.filter((each) => each.name === name);
  if (found.length === 0) throw new Error(`There is no case "${name}"`);
  return found;
}
