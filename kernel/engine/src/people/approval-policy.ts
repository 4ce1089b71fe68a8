import type { AllowRule, Decision, HumanRequest } from '@forge/plugin-api';
import picomatch from 'picomatch';

/** What `--yes` may answer. All else needs a person who has seen what is shown, or a rule that names it. */
const answeredByYes: ReadonlySet<string> = new Set(['deployment']);

interface PolicyOptions {
  /** The person said `--yes`. */
  readonly yes: boolean;
  /** Absolute path. */
  readonly repository: string;
  now(): number;
  /** Those in force now. */
  rules(): readonly AllowRule[];
}

/** Decides without asking where a person allowed it beforehand. */
export function approvalPolicy({ yes, repository, now, rules }: PolicyOptions) {
  return (request: HumanRequest): Decision | undefined => {
    // Where certain people are asked, nobody else's word stands for theirs.
    if (request.kind !== 'approval' || request.levels !== undefined) return undefined;
    const common = { approved: true, channel: 'policy', at: now(), subjectHash: request.subjectHash };
    if (yes && answeredByYes.has(request.reason))
      return { ...common, by: 'policy:--yes', reason: 'approved beforehand with --yes' };
    const rule = rules().find((each) => allows(each, request, repository, now()));
    if (rule === undefined) return undefined;
    return { ...common, by: `policy:${rule.id}`, rule: rule.id, reason: `allowed beforehand by ${wordsOf(rule)}` };
  };
}

function allows(rule: AllowRule, { reason, files }: HumanRequest, repository: string, now: number): boolean {
  if (rule.gate !== reason) return false;
  if (rule.repository !== undefined && rule.repository !== repository) return false;
  if (rule.expiresAt !== undefined && rule.expiresAt <= now) return false;
  if (rule.paths === undefined) return true;
  const fits = rule.paths.map((glob) => picomatch(glob, { dot: true, basename: !glob.includes('/') }));
  // What is not known to be inside of a rule is outside of it.
  return files !== undefined && files.every((file) => fits.some((isFit) => isFit(file)));
}

function wordsOf({ id, by, gate, paths }: AllowRule): string {
  return `${by}: rule ${id}, ${gate}${paths === undefined ? '' : ` of ${paths.join(', ')}`}`;
}
