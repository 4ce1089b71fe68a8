import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const shell = readFileSync(new URL('agent-shell.mjs.txt', import.meta.url), 'utf8');

/** An agent's source. `work` is the body of its turn. */
export function agentSource(work: string): string {
  return shell.replace('// THE TURN', () => work);
}

/** Writes it into a folder, and gives what starts it. */
export function scriptedAgent(folder: string, work: string): { readonly command: string; readonly args: string[] } {
  const file = join(folder, 'agent.mjs');
  writeFileSync(file, agentSource(work));
  return { command: process.execPath, args: [file] };
}
