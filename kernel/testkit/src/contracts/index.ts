export {
  type ContractCase,
  type ContractOptions,
  type Disposable,
  runCase,
  unknownSkips,
} from './contract-case.ts';
export { failingCases } from './failing-cases.ts';
export { llmCases, llmContract } from './llm.ts';
export type { LlmSubject } from './llm-subject.ts';
export { oddTexts } from './odd-texts.ts';
export { registerContract } from './register-contract.ts';
export { storeCases, storeContract, type StoreSubject } from './store.ts';
export { toolCases, toolContract, type ToolSubject } from './tool.ts';
