import type { Clock, ErrorCode } from '@forge/plugin-api';
import { Circuit, type CircuitPolicy } from './circuit.ts';

type Subject = 'model' | 'tool';

const policies: Readonly<Record<Subject, CircuitPolicy>> = {
  model: { failures: 5, windowMs: 120_000, openMs: 30_000, maxOpenMs: 300_000 },
  tool: { failures: 3, windowMs: 600_000, openMs: 60_000, maxOpenMs: 600_000 },
};

/** Failures of what was called, not of who called it. */
export const circuitFaults: Readonly<Record<Subject, ReadonlySet<ErrorCode>>> = {
  model: new Set(['LLM_OVERLOADED', 'LLM_UNAVAILABLE', 'LLM_TIMEOUT', 'LLM_CUT']),
  tool: new Set(['TOOL_TIMEOUT', 'PLUGIN_FAULT', 'OUTPUT_INVALID']),
};

export interface Circuits {
  /** The circuit of a model, `provider:model`, or of a tool. */
  of(subject: Subject, name: string): Circuit;
}

/** The circuits of this process: all of its runs share them. */
export function createCircuits(clock: Clock): Circuits {
  const known = new Map<string, Circuit>();
  return {
    of(subject, name) {
      const key = `${subject} ${name}`;
      const circuit = known.get(key) ?? new Circuit(policies[subject], clock);
      known.set(key, circuit);
      return circuit;
    },
  };
}
