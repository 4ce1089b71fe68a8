import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { forgeError } from '@forge/plugin-api';
import type { CommandCall, CommandEnd } from '../command.ts';
import { createInteraction } from '../interaction.ts';
import { glyph } from '../render/glyphs.ts';
import { withForge } from '../with-forge.ts';

export default async function init(call: CommandCall<{ readonly yes?: boolean }>): Promise<CommandEnd> {
  const { directory, printer, world } = call;
  const folder = repositoryTop(directory) ?? directory;
  const existing = readdirSync(folder).find((name) => /^forge\.config\.(m?ts|[cm]?js|json|ya?ml)$/.test(name));
  if (existing !== undefined) {
    throw forgeError('CONFIG_INVALID', `There is a configuration already: ${existing}`, {
      where: join(folder, existing),
      fix: `edit it, and check it with forge config check; forge init never overwrites`,
    });
  }
  const provider = foundProvider(world.env);
  const file = join(folder, 'forge.config.ts');
  // `wx`: somebody else may have written one meanwhile.
  await writeFile(file, configText(await budgetOf(call), provider), { flag: 'wx' });
  // The person has just made it, so it may run; reading it shows that it is right.
  await withForge(call, async () => {}, { directory: folder, trust: true });
  const done = glyph('done', printer.style);
  printer.print({ type: 'config', file, provider: provider?.name }, () =>
    [
      `${done} ${file}`,
      provider === undefined
        ? '  No key was found: set ANTHROPIC_API_KEY or OPENAI_API_KEY, or start a local server such as Ollama.'
        : `  Model: ${provider.name}, because ${provider.reason} is set.`,
      '',
      '  Next   forge doctor              is all there that a run needs?',
      '         forge run "<task>"        from a task to a branch',
      '         forge config show         every setting and where it comes from',
      ...(provider === undefined ? ['         forge demo                see it work without a key'] : []),
    ].join('\n'),
  );
}

/** The nearest folder, upwards, that holds a repository. */
function repositoryTop(from: string): string | undefined {
  if (existsSync(join(from, '.git'))) return from;
  const parent = dirname(from);
  return parent === from ? undefined : repositoryTop(parent);
}

const keys = [
  ['ANTHROPIC_API_KEY', 'anthropic'],
  ['OPENAI_API_KEY', 'openai-compatible'],
] as const;

function foundProvider(
  env: CommandCall['world']['env'],
): { readonly name: string; readonly reason: string } | undefined {
  const found = keys.find(([key]) => (env[key] ?? '') !== '');
  return found === undefined ? undefined : { name: found[1], reason: found[0] };
}

/** The one thing that cannot be found out. */
async function budgetOf(call: CommandCall<{ readonly yes?: boolean }>): Promise<number> {
  if (call.options.yes === true) return 2;
  const prompt = {
    title: 'What may one run cost at most?',
    options: [2, 1, 5, 10].map((usd) => ({ id: String(usd), label: `$${usd}` })),
    freeText: false,
  };
  return Number((await createInteraction(call).ask(prompt, new AbortController().signal)) ?? 2);
}

function configText(budget: number, provider: { readonly name: string } | undefined): string {
  return `import { defineConfig } from '@forge/plugin-api';

export default defineConfig({
  llm: {
    // auto: the first that could be used, a key in the environment or a server on this machine.
    provider: '${provider?.name ?? 'auto'}',
  },
  safety: {
    // US dollars that one run may cost.
    budgetUsd: ${budget},
  },
  automation: {
    // 1: Forge asks before it delivers. Higher levels are yours to choose; Forge never raises it.
    level: 1,
  },
});
`;
}
