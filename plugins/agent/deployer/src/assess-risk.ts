import type { DeploymentInput, DeploymentOutput } from '@forge/plugin-api';
import { riskRules } from './risk-rules.ts';
import { countOf } from './words.ts';

/** The highest risk among the rules that apply, with the reason of each, the gravest first. */
export function assessRisk(input: DeploymentInput): DeploymentOutput {
  const applying = riskRules
    .map(({ risk, applies }) => ({ risk, reason: applies(input) }))
    .filter((found) => found.reason !== undefined);

  const gravest = applying[0];
  if (gravest === undefined) return { risk: 'low', reasons: [lowRisk(input)] };
  return { risk: gravest.risk, reasons: applying.map(({ reason }) => reason as string) };
}

function lowRisk({ change, tests }: DeploymentInput): string {
  const passing = tests.some(({ on }) => on === 'result') ? ', its tests pass' : '';
  return `a small change (${countOf(change.files.length, 'file')})${passing}, it touches no sensitive path`;
}
