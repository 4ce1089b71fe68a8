import { describe, test } from 'vitest';
import { type ContractCase, type ContractOptions, runCase, unknownSkips } from './contract-case.ts';

/**
 * Makes a vitest test of every case. A skipped case is reported with its reason; a skip that names no case is a failing
 * test.
 */
export function registerContract<Subject>(
  kind: string,
  cases: readonly ContractCase<Subject>[],
  { name, create, skip = {} }: ContractOptions<Subject>,
): void {
  describe(`${kind} contract: ${name}`, () => {
    for (const each of cases) {
      const reason = skip[each.name];
      const title = reason === undefined ? each.name : `${each.name} (${reason})`;
      test.skipIf(reason !== undefined)(title, () => runCase(each, create));
    }
    for (const unknown of unknownSkips(cases, skip)) {
      test(`skips only what exists: ${unknown}`, () => {
        throw new Error(
          `The ${kind} contract has no case "${unknown}"; it has:\n${cases.map((c) => c.name).join('\n')}`,
        );
      });
    }
  });
}
