export { agentCases, agentContract, type AgentSubject } from './agent.ts';
export { busCases, busContract, type BusSubject } from './bus.ts';
export {
  type ContractCase,
  type ContractOptions,
  type Disposable,
  runCase,
  unknownSkips,
} from './contract-case.ts';
export { deployerCases, deployerContract, type DeployerSubject } from './deployer.ts';
export { contractAgents } from '../contract-agents.ts';
export { executorCases, executorContract, type ExecutorSubject } from './executor.ts';
export { failingCases, only } from './failing-cases.ts';
export { gateCases, gateContract, type GateSubject, type PersonsAnswer } from './gate.ts';
export { llmCases, llmContract } from './llm.ts';
export type { LlmSubject } from './llm-subject.ts';
export { memoryCases, memoryContract, type MemorySubject } from './memory.ts';
export { oddTexts } from './odd-texts.ts';
export { registerContract } from './register-contract.ts';
export { confiningCaseNames, sandboxCases, sandboxContract, type SandboxSubject } from './sandbox.ts';
export { storeCases, storeContract, type StoreSubject } from './store.ts';
export { toolCases, toolContract, type ToolSubject } from './tool.ts';
export { webhookCases, webhookContract, type WebhookSubject } from './webhook.ts';
export { type ReceivedRequest, type Receiver, type ReceiverAnswer, startReceiver } from './webhook-receiver.ts';
