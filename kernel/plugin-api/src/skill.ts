import type { ForgeError } from './errors.ts';

/** An Agent Skill (agentskills.io) as agents know it before they read it. */
export interface Skill {
  /** Unique: of two with one name, the first that was found is kept and the other is a fault. */
  readonly name: string;
  /** What it is for and when to use it. */
  readonly description: string;
  /** Its folder as the person knows it: `.claude/skills/pdf`, or the plugin and the folder in it. */
  readonly source: string;
  /** Its other files, relative to its folder. */
  readonly files: readonly string[];
}

export interface SkillList {
  /** Those that agents may use: of the repository, then of plugins, each by name. */
  readonly skills: readonly Skill[];
  /** Why others are left out: SKILL_INVALID, and TRUST_REQUIRED for those that the person does not trust. */
  readonly faults: readonly ForgeError[];
}

/** The skills of the repository (`.agents/skills`, `.claude/skills`) and of the plugins in use. */
export interface Skills {
  /** Asks the person for trust in those of the repository, where it is not known and somebody is there to ask. */
  list(): Promise<SkillList>;
  /**
   * The instructions of a skill, or the text of another file of its folder. Rejects with INPUT_INVALID for what is not
   * in it, and with TRUST_REQUIRED when it has changed since it was trusted.
   */
  read(name: string, file?: string): Promise<string>;
}
