import { progressOf } from '../choose-renderer.ts';
import type { CommandCall, CommandEnd } from '../command.ts';
import { styleFor } from '../render/style.ts';
import type { RequirementOptions } from '../read-requirement.ts';
import type { RunFlags } from '../run-flags.ts';

type Options = RequirementOptions & RunFlags & { readonly planOnly?: boolean };

export default async function run(call: CommandCall<Options>): Promise<CommandEnd> {
  // Before anything that takes time: whoever waits sees that it has begun.
  announce(call);
  const [{ readRequirement }, { withForge }, { followToItsEnd }, { finishRun }, { runSettings }] = await Promise.all([
    import('../read-requirement.ts'),
    import('../with-forge.ts'),
    import('../follow-to-its-end.ts'),
    import('../finish-run.ts'),
    import('../run-flags.ts'),
  ]);
  const { options, directory } = call;
  const requirement = await readRequirement(call);
  return withForge(
    call,
    async (forge) => {
      const followed = await followToItsEnd(call, forge, (engine) =>
        engine.start({
          requirement,
          directory,
          planOnly: options.planOnly === true,
          approve: options.yes === true,
        }),
      );
      return finishRun(call, followed);
    },
    runSettings(options, directory),
  );
}

export function announce({ world, global, terminal, directory }: CommandCall): void {
  const progress = progressOf({ world, global });
  if (progress === 'none' || progress === 'json' || global.json) return;
  const line = `forge ${world.version} · ${directory}`;
  const style = styleFor(world.stderr, world.env, global.color);
  if (progress === 'tty') terminal.draw([style.dim(`${line} · starting`)]);
  else terminal.print(line);
}
