import { join } from 'node:path';
import { forgeError, type CommandResult, type ToolCommand, type ToolContext } from '@forge/plugin-api';
import type { ExecutionEmit } from './execution-emit.ts';
import { runSandboxed, startSandboxed, wishesOf } from './run-sandboxed.ts';
import type { Run } from '../run/run.ts';
import type { Workspace } from '../run/run-workspaces.ts';

export interface ToolContexts {
  contextFor(idempotencyKey: string, signal: AbortSignal, spend: ToolContext['spend']): Promise<ToolContext>;
  /** Ends whatever the execution's commands left behind. */
  close(): Promise<void>;
}

/** What tools get, for all calls of one execution. */
export function createToolContexts(
  run: Run,
  execution: {
    readonly executionId: string;
    readonly signal: AbortSignal;
    readonly emit: ExecutionEmit;
    workspace(): Promise<Workspace>;
  },
): ToolContexts {
  let started = false;
  const marker = `${run.id}/${execution.executionId}`;

  return {
    async contextFor(idempotencyKey, signal, spend) {
      const { path: workspace } = await execution.workspace();
      return {
        workspace,
        idempotencyKey,
        signal,
        log: run.deps.log,
        spend,
        progress(message) {
          execution.emit('agent.progress', { message: run.deps.mask(message) }).catch(() => undefined);
        },
        start(command) {
          started = true;
          const { env = {} } = command;
          const cwd = inside(workspace, command.cwd);
          return startSandboxed(run, { ...wishesOf(command), env, workspace, marker, signal, cwd });
        },
        exec(command: ToolCommand): Promise<CommandResult> {
          started = true;
          const cwd = inside(workspace, command.cwd);
          return runSandboxed(run, { ...wishesOf(command), workspace, marker, signal, cwd });
        },
      };
    },
    async close() {
      if (started) await run.processes.reap(marker);
    },
  };
}

function inside(workspace: string, cwd: string | undefined): string {
  const path = join(workspace, cwd?.startsWith(workspace) === true ? cwd.slice(workspace.length) : (cwd ?? '.'));
  if (path === workspace || path.startsWith(`${workspace}/`)) return path;
  throw forgeError('PATH_OUTSIDE_WORKSPACE', `A command would start in ${path}, outside the workspace`);
}
