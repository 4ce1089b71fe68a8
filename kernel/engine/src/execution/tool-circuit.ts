import { forgeError, isForgeError } from '@forge/plugin-api';
import { circuitFaults, type Circuits } from './circuits.ts';
import type { EmitEvent } from './execution-emit.ts';

export interface ToolCircuitDeps {
  readonly circuits: Circuits;
  readonly emit: EmitEvent;
  readonly signal: AbortSignal;
}

/**
 * Calls a tool unless it failed again and again by its own fault: then it is left alone for a while, and the call is
 * TOOL_UNAVAILABLE at once, for the model to read.
 */
export async function throughToolCircuit<T>(deps: ToolCircuitDeps, name: string, call: () => Promise<T>): Promise<T> {
  const { circuits, emit, signal } = deps;
  const subject = 'tool';
  const circuit = circuits.of(subject, name);
  const permit = circuit.tryEnter();
  if (permit === undefined) {
    throw forgeError('TOOL_UNAVAILABLE', `The tool ${name} does not work now: it failed again and again`, {
      fix: `do without it; it may be tried again in ${Math.ceil(circuit.waitMs / 1000)} s`,
    });
  }
  const works = async (): Promise<void> => {
    if (permit.succeeded()) await emit('circuit.closed', { subject, name });
  };
  let result: T;
  try {
    result = await call();
  } catch (error) {
    if (signal.aborted || !isForgeError(error) || error.code === 'INPUT_INVALID') permit.undecided();
    else if (!circuitFaults.tool.has(error.code)) await works();
    else {
      const opened = permit.failed();
      const { code, message } = error;
      if (opened !== undefined) await emit('circuit.opened', { subject, name, ...opened, code, message });
    }
    throw error;
  }
  await works();
  return result;
}
