import type { ContractOptions } from './contract-case.ts';
import { registerContract } from './register-contract.ts';
import { eventCases } from './store/event-cases.ts';
import { keepingCases } from './store/keeping-cases.ts';
import { leaseCases } from './store/lease-cases.ts';
import { outboxCases } from './store/outbox-cases.ts';
import { requestCases } from './store/request-cases.ts';
import { runCases } from './store/run-cases.ts';
import type { StoreCase, StoreSubject } from './store/store-subject.ts';

export type { StoreSubject } from './store/store-subject.ts';

export const storeCases: readonly StoreCase[] = [
  ...runCases,
  ...leaseCases,
  ...eventCases,
  ...requestCases,
  ...keepingCases,
  ...outboxCases,
];

/** Registers the contract of `RunStore`: a fresh, empty store for every case. */
export function storeContract(options: ContractOptions<StoreSubject>): void {
  registerContract('store', storeCases, options);
}
