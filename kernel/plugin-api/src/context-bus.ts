import type { EventBus } from './bus.ts';
import type { Json } from './json.ts';
import type { Finding, ImplementationOutput, Plan, Requirement, TestEvidence } from './phase-io.ts';

/** What a run has come to, as one execution may know it. Plain JSON. */
export interface ContextSnapshot {
  readonly requirement: Requirement;
  readonly plan?: Plan | undefined;
  /**
   * What came of tasks that are done, by id. For an execution of a task of the plan: of those that it depends on, and
   * no others, so that it does not see who happened to be quick.
   */
  readonly tasks: Readonly<Record<string, ImplementationOutput>>;
  /** Findings of the review that are open. */
  readonly findings: readonly Finding[];
  readonly tests: readonly TestEvidence[];
}

/**
 * What is known beside an execution's input: one moment of the run, taken when the execution began, the same on every
 * resume. All of it is frozen; nothing that an agent does to it is seen by another.
 */
export interface ContextBus {
  /** One value, by its key in the snapshot; undefined when there is none. */
  get<T = Json>(key: string): Readonly<T> | undefined;
  /** All values, of the same moment. */
  getSnapshot(): ContextSnapshot;
  readonly events: EventBus;
}

/** The context bus over a snapshot that nobody changes any more: it is frozen here. */
export function createContextBus(snapshot: ContextSnapshot, events: EventBus): ContextBus {
  const frozen = deepFrozen(snapshot);
  return Object.freeze<ContextBus>({
    get: <T>(key: string) => (Object.hasOwn(frozen, key) ? frozen[key as keyof ContextSnapshot] : undefined) as T,
    getSnapshot: () => frozen,
    events,
  });
}

function deepFrozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const part of Object.values(value)) deepFrozen(part);
  return Object.freeze(value);
}
