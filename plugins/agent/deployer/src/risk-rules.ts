import type { DeploymentInput, RiskLevel, Severity, TestEvidence } from '@forge/plugin-api';
import { isDocument, isTest, sensitivePaths } from './sensitive-paths.ts';
import { countOf, namesOf } from './words.ts';

export interface RiskRule {
  readonly risk: RiskLevel;
  /** Why the rule applies, in a few words; undefined when it does not. */
  readonly applies: (input: DeploymentInput) => string | undefined;
}

/** Every reason for a risk above low, the gravest first. A new reason is a new row. */
export const riskRules: readonly RiskRule[] = [
  { risk: 'high', applies: failingTests },
  { risk: 'high', applies: fewerTests },
  { risk: 'high', applies: (input) => findingsLeft(input, ['critical', 'high']) },
  { risk: 'high', applies: (input) => size(input, { files: 50, lines: 2000 }) },
  ...sensitivePaths.map(({ risk, what, pattern }) => ({
    risk,
    applies: (input: DeploymentInput) => touched(input, what, pattern),
  })),
  { risk: 'medium', applies: missingTests },
  { risk: 'medium', applies: weakenedTests },
  { risk: 'medium', applies: (input) => findingsLeft(input, ['medium']) },
  { risk: 'medium', applies: (input) => size(input, { files: 15, lines: 400 }, { files: 50, lines: 2000 }) },
];

function failingTests({ tests }: DeploymentInput): string | undefined {
  const result = latest(tests, 'result');
  if (result === undefined) return undefined;
  if (result.timedOut) return `the tests did not end in time: ${result.command}`;
  if (result.counts.failed > 0) return `${countOf(result.counts.failed, 'test')} failed: ${result.command}`;
  return result.exitCode === 0 ? undefined : `the tests ended with ${result.exitCode ?? 'a signal'}: ${result.command}`;
}

function missingTests({ tests, change }: DeploymentInput): string | undefined {
  if (latest(tests, 'result') !== undefined || change.files.every(({ path }) => isDocument(path))) return undefined;
  return 'no tests were run';
}

/** Whoever may change code may also switch tests off, by a script or a setting that is no test file. */
function fewerTests({ tests }: DeploymentInput): string | undefined {
  const base = latest(tests, 'base');
  const result = latest(tests, 'result');
  if (base === undefined || result === undefined) return undefined;
  if (base.counts.source === 'exit') return undefined;
  if (result.counts.source === 'exit')
    return `${countOf(base.counts.passed, 'test')} passed before, none can be counted now`;
  const lost = base.counts.passed - result.counts.passed;
  return lost > 0 ? `${countOf(lost, 'passing test')} fewer than before` : undefined;
}

function weakenedTests({ change }: DeploymentInput): string | undefined {
  const paths = change.files.filter(({ path, removed }) => removed > 0 && isTest(path)).map(({ path }) => path);
  return paths.length > 0 ? `lines were removed from tests: ${namesOf(paths)}` : undefined;
}

function findingsLeft({ openFindings }: DeploymentInput, severities: readonly Severity[]): string | undefined {
  const open = openFindings.filter(({ severity }) => severities.includes(severity));
  if (open.length === 0) return undefined;
  return `${countOf(open.length, 'open finding')} of severity ${severities.join(' or ')}`;
}

function touched({ change }: DeploymentInput, what: string, pattern: RegExp): string | undefined {
  const paths = change.files.map(({ path }) => path).filter((path) => pattern.test(path) && !isDocumentOf(path, what));
  return paths.length > 0 ? `changes ${what}: ${namesOf(paths)}` : undefined;
}

// A document about logins is no code, but instructions to agents are documents.
function isDocumentOf(path: string, what: string): boolean {
  return what === 'code that security depends on' && (isDocument(path) || isTest(path));
}

interface Size {
  readonly files: number;
  readonly lines: number;
}

/** Applies from one size up; below the other, whose own rule says it. */
function size({ change }: DeploymentInput, from: Size, below?: Size): string | undefined {
  const files = change.files.length;
  const lines = change.files.reduce((sum, { added, removed }) => sum + added + removed, 0);
  const reaches = (limit: Size) => files >= limit.files || lines >= limit.lines;
  if (!reaches(from) || (below !== undefined && reaches(below))) return undefined;
  return `a large change: ${countOf(files, 'file')}, ${countOf(lines, 'line')}`;
}

function latest(tests: readonly TestEvidence[], on: TestEvidence['on']): TestEvidence | undefined {
  return tests.findLast((evidence) => evidence.on === on);
}
