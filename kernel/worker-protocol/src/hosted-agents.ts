import type { Duplex } from 'node:stream';
import type { Clock, ExecutionHost } from '@forge/plugin-api';
import { createInnerLines, type Piece, type SayPiece } from './inner-line.ts';
import { workExecution } from './work-execution.ts';

export type AgentHost = Omit<ExecutionHost, 'context'>;

/** Agents of Forge that run here, for executors elsewhere: each on a line on which the executor is the orchestrator. */
export interface HostedAgents {
  /** From now on that execution may have agents of this host run. */
  admit(execution: number, host: AgentHost): void;
  begin(agent: { readonly id: number; readonly execution: number; readonly agent: string }): void;
  take(piece: Piece): void;
  /** The execution is over, and with it whatever still works for it. */
  dismiss(execution: number): void;
  /** The outer line is gone. */
  destroyAll(): void;
}

export function createHostedAgents(say: SayPiece, clock: Clock): HostedAgents {
  const lines = createInnerLines(say);
  const admitted = new Map<number, { readonly host: AgentHost; readonly lines: Set<Duplex> }>();
  return {
    admit: (execution, host) => void admitted.set(execution, { host, lines: new Set() }),
    begin({ id, execution, agent }) {
      const stream = lines.open(id);
      const found = admitted.get(execution);
      const over = () => {
        lines.close(id);
        found?.lines.delete(stream);
      };
      if (found === undefined) return void stream.end(over);
      found.lines.add(stream);
      workExecution({ stream, clock, loadAgent: () => found.host.resolveAgent(agent) }).then(over, over);
    },
    take: (piece) => lines.take(piece),
    dismiss(execution) {
      for (const stream of admitted.get(execution)?.lines ?? []) stream.destroy();
      admitted.delete(execution);
    },
    destroyAll: () => lines.destroyAll(),
  };
}
