import type { RiskLevel } from '@forge/plugin-api';

export interface DeploymentStrategy {
  readonly type: 'manual' | 'auto-staging' | 'auto-notify' | 'fully-auto';
  readonly requireApproval: boolean;
  readonly notify: boolean;
}

const manual: DeploymentStrategy = { type: 'manual', requireApproval: true, notify: false };
const autoStaging: DeploymentStrategy = { type: 'auto-staging', requireApproval: false, notify: false };
const autoNotify: DeploymentStrategy = { type: 'auto-notify', requireApproval: false, notify: true };
const fullyAuto: DeploymentStrategy = { type: 'fully-auto', requireApproval: false, notify: false };

/** Risk by automation level. Level 0 and 1: a person decides everything. */
const strategies: readonly Readonly<Record<RiskLevel, DeploymentStrategy>>[] = [
  { low: manual, medium: manual, high: manual },
  { low: manual, medium: manual, high: manual },
  { low: autoStaging, medium: manual, high: manual },
  { low: autoNotify, medium: autoNotify, high: manual },
  { low: fullyAuto, medium: autoNotify, high: manual },
];

export function deploymentStrategy(risk: RiskLevel, automationLevel: number): DeploymentStrategy {
  return strategies[automationLevel]?.[risk] ?? manual;
}
