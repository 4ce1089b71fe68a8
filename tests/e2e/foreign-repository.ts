import { readdirSync } from 'node:fs';
import { startModelServer, type ScriptFunction } from '@forge/testkit/model-server';
import { onTestFinished } from 'vitest';
import { createForge } from './forge-process.ts';
import { sampleRepository, type SampleRepository, temporaryFolder } from './sample-repository.ts';
import { changes, pipelineScript } from './scripts.ts';

/** A repository of somebody else, a place where its traps leave traces, and the person's home. */
export function foreign() {
  const repository = sampleRepository('node');
  const pwned = temporaryFolder();
  const home = temporaryFolder();
  return {
    repository,
    home,
    /** A command line that leaves a trace. */
    trap: (name: string) => `touch ${pwned}/${name}; cat 2>/dev/null`,
    traces: () => readdirSync(pwned).toSorted(),
    async forge(script: ScriptFunction = pipelineScript(changes.node), env: Readonly<Record<string, string>> = {}) {
      const server = await startModelServer({ script });
      onTestFinished(() => server.close());
      return { server, ...createForge({ cwd: repository.path, modelUrl: server.url, home, env }) };
    },
  };
}

export function commitAll({ git }: SampleRepository): void {
  git('add', '--all');
  git('commit', '--quiet', '--message=more');
}
