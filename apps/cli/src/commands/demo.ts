import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { forgeError, requirementSchema } from '@forge/plugin-api';
import { chooseRenderer } from '../choose-renderer.ts';
import type { CommandCall, CommandEnd } from '../command.ts';
import { finishRun } from '../finish-run.ts';
import { type FollowedRun, followRun } from '../follow-run.ts';
import { git } from '../git.ts';
import { recordedMark } from '../render/glyphs.ts';
import { countsOf } from '../render/phase-facts.ts';
import { styleFor } from '../render/style.ts';
import { wrapText } from '../render/text-width.ts';
import { withForge } from '../with-forge.ts';

/** The sample repository, its task and the recording: in the repository, or beside the bundle. */
const sample = fileURLToPath(new URL('../../demo/', import.meta.url));
const recording = join(sample, 'recording.jsonl');

export default async function demo(call: CommandCall<{ readonly directory?: string }>): Promise<CommandEnd> {
  const { printer } = call;
  const task = (await readFile(join(sample, 'task.md'), 'utf8')).trim();
  const directory = await prepareRepository(call);
  introduce(call, task, directory);
  // Opened in the sample: what this folder's own configuration says has no part in it.
  const end = await withForge(
    call,
    async (forge) => {
      const renderer = chooseRenderer(call, 'Ctrl-C stops after a checkpoint');
      const requirement = requirementSchema.parse({ task });
      const followed = await followRun(call, forge, renderer, (engine) =>
        engine.start({ requirement, directory, approve: true }),
      );
      const result = finishRun(call, followed);
      if (followed.outcome.error === undefined) conclude(call, followed, directory);
      return result;
    },
    {
      directory,
      flags: {
        llm: { provider: 'recorded' },
        plugins: [{ use: '@forge/llm-recorded', options: { file: recording } }],
      },
    },
  );
  printer.object({ type: 'demo', directory });
  return end;
}

/** A new repository with the sample as its one commit. */
async function prepareRepository({
  options,
  directory,
  world,
}: CommandCall<{ readonly directory?: string }>): Promise<string> {
  const target =
    options.directory === undefined
      ? await mkdtemp(join(world.temporaryFolder, 'forge-demo-'))
      : resolve(directory, options.directory);
  if (options.directory !== undefined && existsSync(target)) {
    throw forgeError('USAGE', `--directory ${options.directory} exists already`, {
      where: target,
      fix: 'name a folder that is not there yet',
    });
  }
  await cp(join(sample, 'repository'), target, { recursive: true });
  const identity = ['-c', 'user.name=Forge demo', '-c', 'user.email=demo@forge.invalid'];
  await git(target, ['init', '--quiet', '--initial-branch=main'], world.env);
  await git(target, ['add', '--all'], world.env);
  await git(target, [...identity, 'commit', '--quiet', '--message=feat: the shop as it was found'], world.env);
  return target;
}

function introduce({ global, printer, terminal, world }: CommandCall, task: string, directory: string): void {
  if (printer.json || global.quiet) return;
  const style = styleFor(world.stderr, world.env, global.color);
  const lines = [
    'This is a demonstration with a recorded model.',
    "Recorded: the model's words. Real: the agents, git, the commands, the tests, the branch.",
    `Task: ${task}`,
    `Repository: ${directory}`,
    'Approvals are answered with yes here, as forge run --yes does.',
  ];
  const width = Math.min(terminal.columns, 110) - recordedMark.length;
  for (const line of lines.flatMap((text) => wrapText(text, width)))
    terminal.print(`${style.yellow(recordedMark)}${line}`);
}

/** What a person can look at now. */
function conclude({ global, printer }: CommandCall, { view }: FollowedRun, directory: string): void {
  if (global.quiet) return;
  const [base, result] = ['base', 'result'].map((on) => view.tests.findLast((evidence) => evidence.on === on));
  const mark = printer.style.yellow(recordedMark);
  const lines = [
    ...(base && result ? [`Tests before: ${countsOf(base)}. After: ${countsOf(result)}. Both were really run.`] : []),
    `The repository stays in ${directory}`,
    `Look     cd ${directory} && git log --stat main..${view.branch}`,
    `Try      git checkout ${view.branch} && npm test`,
    `Details  forge show ${view.runId} --cwd ${directory}`,
    'Yours    set ANTHROPIC_API_KEY, go to a repository of your own, and forge run "<task>"',
  ];
  printer.words(`\n${lines.map((line) => `${mark}${line}`).join('\n')}`);
}
