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
  /** Was it trusted in this content? Asks nobody. */
  knows(subject: TrustSubject): boolean;
}

export interface TrustOptions {
  /** Absolute path of the repository, links followed. */
  readonly repository: string;
  readonly store: TrustStore;
  readonly interaction: Interaction;
  /** The person said yes beforehand. */
  readonly given: boolean;
  readonly signal: AbortSignal;
}

export function createTrust({ repository, store, interaction, given, signal }: TrustOptions): Trust {
  return {
    knows: (subject) => store.has(repository, subject.name, subject.hash()),
    require: async (subjects) => {
      const once = new Map(subjects.map((subject) => [subject.name, subject]));
      const wanted = [...once.values()].map((subject) => ({ ...subject, content: subject.hash() }));
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
        title: 'Trust what this repository brings?',
        body: `${repository} brings what would run, or act, with your rights:\n\n${list(missing)}`,
        options: [
          { id: 'yes', label: 'Trust it, now and until it changes' },
          { id: 'no', label: 'Run nothing' },
        ],
        // An Enter that was typed before the question came must not trust anything.
        initial: 'no',
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
    why: missing.map(({ name, what }) => `${name}: ${what}`).join('\n'),
    fix: 'Look at it, then say --trust once. It is asked again when the code changes.',
    data: { files: missing.map(({ name }) => name) },
  };
  const names = missing.map(({ name }) => name).join(', ');
  return forgeError('TRUST_REQUIRED', `This repository brings what you have not trusted yet: ${names}`, details);
}

function list(subjects: readonly TrustSubject[]): string {
  return subjects.map(({ name, what }) => `- ${name} (${what})`).join('\n');
}
