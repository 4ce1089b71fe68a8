import { fileURLToPath } from 'node:url';
import { openForge } from '@forge/core';
import { errorTable, exitCodes, type ConfigLayer, type ForgeEvent } from '@forge/plugin-api';
import { createVirtualClock } from '@forge/testkit';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './sample-repository.ts';

const pluginFolder = fileURLToPath(new URL('../../plugins/', import.meta.url));
const silent = { debug() {}, info() {}, warn() {}, error() {} };

export interface RunEnd {
  /** As the command line would end. */
  readonly code: number;
  readonly error: string | undefined;
  readonly status: string;
  readonly events: readonly ForgeEvent[];
}

/**
 * The real kernel with the real plugins in this process, with a clock that stands still but while a run waits for a
 * retry, or `isWaiting` says that it waits for something else: then time flies.
 */
export async function kernelInProcess(options: {
  readonly cwd: string;
  readonly modelUrl: string;
  readonly flags?: ConfigLayer;
  readonly isWaiting?: () => boolean;
}) {
  const { cwd, modelUrl, flags = {}, isWaiting = () => false } = options;
  const clock = createVirtualClock(Date.now());
  const forge = await openForge({
    cwd,
    env: {
      PATH: process.env['PATH'],
      HOME: temporaryFolder(),
      ANTHROPIC_BASE_URL: modelUrl,
      ANTHROPIC_API_KEY: 'sk-ant-e2e-canary-0123456789',
    },
    pluginFolders: [pluginFolder],
    interaction: { interactive: false, ask: () => Promise.resolve(undefined) },
    log: silent,
    forgeVersion: '0.1.0',
    clock,
    flags,
  });
  onTestFinished(() => forge.close());
  let last: ForgeEvent | undefined;
  await (await forge.bus()).subscribe('*', (event) => {
    last = event;
  });
  let flying = false;
  const timer = setInterval(() => {
    if (flying || !(last?.type === 'llm.retried' || isWaiting())) return;
    flying = true;
    void clock.advance(1_000).finally(() => {
      flying = false;
    });
  }, 1);
  onTestFinished(() => clearInterval(timer));

  const engine = await forge.engine();
  async function ended(handle: Awaited<ReturnType<typeof engine.start>>): Promise<RunEnd> {
    const { record, error } = await handle.finished;
    const events = await (await forge.store()).readEvents(handle.id);
    return {
      code: error === undefined ? 0 : exitCodes[errorTable[error.code]],
      error: error?.code,
      status: record.status,
      events,
    };
  }
  return {
    clock,
    forge,
    async run(task: string) {
      const requirement = { task, constraints: [], acceptanceCriteria: [], images: [] };
      return ended(await engine.start({ requirement, directory: cwd, approve: true }));
    },
    resume: async (runId: string) => ended(await engine.resume(runId, { approve: true })),
  };
}
