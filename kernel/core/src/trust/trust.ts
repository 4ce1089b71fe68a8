import { type ErrorDetails, forgeError, type Interaction } from '@forge/plugin-api';
import type { TrustStore } from './trust-store.ts';

/** Something of a repository that would run. */
export interface TrustSubject {
  /** As the person knows it, relative to the repository: `forge.config.ts`, `.forge/plugins/jira`. */
  readonly name: string;
  /** What it is, in a word or two. */
  readonly what: string;
  hash(): string;
}

export interface Trust {
  /**
   * Resolves when the person trusts all of it in this very content: from before, by `--trust`, or by answering now.
   * Else rejects with TRUST_REQUIRED. What was trusted and has changed is asked again.
   */
  require(subjects: readonly TrustSubject[]): Promise<void>;
}

export interface TrustOptions {
  /** Absolute path of the repository. */
  readonly repository: string;
  readonly store: TrustStore;
  readonly interaction: Interaction;
  /** The person said yes beforehand. */
  readonly given: boolean;
  readonly signal: AbortSignal;
}

export function createTrust({ repository, store, interaction, given, signal }: TrustOptions): Trust {
  return {
    require: async (subjects) => {
      const wanted = subjects.map((subject) => ({ ...subject, content: subject.hash() }));
      const missing = wanted.filter(({ name, content }) => !store.has(repository, name, content));
      if (missing.length === 0) return;
      const yes = given || (interaction.interactive && (await ask(missing)));
      if (!yes) throw required(missing, repository);
      await store.add(repository, Object.fromEntries(missing.map(({ name, content }) => [name, content])));
    },
  };

  async function ask(missing: readonly TrustSubject[]): Promise<boolean> {
    const answer = await interaction.ask(
      {
        title: 'Trust the code of this repository?',
        body: `${repository} brings code that Forge would run with your rights:\n\n${list(missing)}`,
        options: [
          { id: 'yes', label: 'Trust it, now and until it changes' },
          { id: 'no', label: 'Run nothing' },
        ],
        freeText: false,
      },
      signal,
    );
    return answer === 'yes';
  }
}

function required(missing: readonly TrustSubject[], repository: string) {
  const details: ErrorDetails = {
    where: repository,
    why: `It would run with your rights:\n${list(missing)}`,
    fix: 'Look at it, then say --trust once. It is asked again when the code changes.',
    data: { files: missing.map(({ name }) => name) },
  };
  const names = missing.map(({ name }) => name).join(', ');
  return forgeError('TRUST_REQUIRED', `This repository brings code that you have not trusted: ${names}`, details);
}

function list(subjects: readonly TrustSubject[]): string {
  return subjects.map(({ name, what }) => `- ${name} (${what})`).join('\n');
}
