import { defineAgent } from '@forge/plugin-api';
import { assessRisk } from './assess-risk.ts';

/** Weighs the risk of a change by rules; asks no model, so the same change always gets the same answer. */
export const deployer = defineAgent({
  id: 'deployer',
  type: 'deployer',
  description: 'Weighs the risk of a change by rules',
  async execute(input, ctx) {
    const assessment = assessRisk(input);
    await ctx.note(`risk: ${assessment.risk}`, assessment.reasons.join('; '));
    return assessment;
  },
});
