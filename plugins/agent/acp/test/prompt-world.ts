import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ToolContext, ToolSpending } from '@forge/plugin-api';
import { createToolContext } from '@forge/testkit/fakes';
import { onTestFinished } from 'vitest';
import { createAcpPrompt } from '../src/acp-prompt.ts';
import { type AcpOptions, optionsSchema } from '../src/options.ts';
import { scriptedAgent } from './scripted-agent.ts';

/** The agent that the protocol's own SDK brings as an example. */
export const exampleAgent = {
  command: process.execPath,
  args: [fileURLToPath(new URL('examples/agent.js', import.meta.resolve('@agentclientprotocol/sdk')))],
};

/** A workspace, and what a call tells and pays. */
export function promptWorld(signal?: AbortSignal) {
  const top = realpathSync(mkdtempSync(join(tmpdir(), 'forge-acp-')));
  onTestFinished(() => rmSync(top, { recursive: true, force: true }));
  const workspace = join(top, 'workspace');
  mkdirSync(workspace);
  const told: string[] = [];
  const spent: ToolSpending[] = [];
  const context: ToolContext = createToolContext({
    workspace,
    progress: (message) => void told.push(message),
    spend: (one) => void spent.push(one),
    ...(signal === undefined ? {} : { signal }),
  });
  /** An agent whose turn is this code. */
  const scripted = (work: string) => scriptedAgent(top, work);
  return { top, workspace, told, spent, context, scripted };
}

/** Time that never passes, unless `isLate`. */
export const clock = (isLate = false) => ({
  sleep: () => (isLate ? Promise.resolve() : new Promise<void>(() => undefined)),
});

export function promptTool(
  options: Pick<AcpOptions, 'command'> & Partial<AcpOptions>,
  { isLate = false, secrets = {} }: { isLate?: boolean; secrets?: Readonly<Record<string, string>> } = {},
) {
  return createAcpPrompt({
    options: optionsSchema.parse(options),
    secret: (name) => secrets[name],
    clock: clock(isLate),
  });
}
