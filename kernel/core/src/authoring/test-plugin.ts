import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { forgeError, type Kind, type Manifest } from '@forge/plugin-api';
import { recordIn } from '../installation/fetch-plugin.ts';
import { bringsOf } from '../installation/plugin-words.ts';
import { runToItsEnd } from '../installation/run-program.ts';
import { type FailedTest, readTestReport, type TestCounts } from './test-report.ts';

export interface TestPluginRequest {
  /** Absolute. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The Node that runs Forge: the one on the path may be too old for the tests. */
  readonly node: string;
  readonly signal: AbortSignal;
}

export interface TestedContribution extends TestCounts {
  readonly kind: Kind;
  readonly name: string;
  /** No test of the plugin runs the contract suite of its kind with its name. */
  readonly hasContract: boolean;
}

export interface TestedPlugin {
  readonly manifest: Manifest;
  readonly contributions: readonly TestedContribution[];
  /** Its tests that belong to no contract. */
  readonly others: TestCounts;
  readonly ok: boolean;
}

export type { FailedTest, TestCounts };

/**
 * Runs a plugin's tests with its own vitest, and holds them against its manifest: each thing that it brings has to run the
 * contract suite of its kind. Rejects with COMMAND_NOT_FOUND when vitest is not installed.
 */
export async function testPlugin({ folder, env, node, signal }: TestPluginRequest): Promise<TestedPlugin> {
  const { manifest } = await recordIn(folder, folder);
  const vitest = await findVitest(folder);
  const place = await mkdtemp(join(tmpdir(), 'forge-plugin-test-'));
  try {
    const file = join(place, 'report.json');
    const args = [vitest, 'run', '--reporter=json', `--outputFile=${file}`];
    const { lastWords } = await runToItsEnd({ file: node, args, cwd: folder, env, signal });
    const text = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw forgeError('TOOL_FAILED', 'The tests could not be run', { where: folder, why: lastWords, cause });
    });
    const report = readTestReport(text);
    const contributions = bringsOf(manifest).map(([kind, name]) => {
      const counts = report.suite(`${kind} contract: ${name}`);
      return { kind, name, ...counts, hasContract: counts.passed + counts.failed.length > 0 };
    });
    const others = report.rest();
    const isGood = ({ failed }: TestCounts): boolean => failed.length === 0;
    const ok = isGood(others) && contributions.every((each) => each.hasContract && isGood(each));
    return { manifest, contributions, others, ok };
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

async function findVitest(from: string): Promise<string> {
  for (let folder = from; ; folder = dirname(folder)) {
    const file = join(folder, 'node_modules/vitest/vitest.mjs');
    if (
      await access(file).then(
        () => true,
        () => false,
      )
    )
      return file;
    if (dirname(folder) !== folder) continue;
    throw forgeError('COMMAND_NOT_FOUND', 'vitest is not installed for this plugin', {
      where: from,
      fix: 'npm install --ignore-scripts, with vitest and @forge/testkit among its devDependencies',
    });
  }
}
