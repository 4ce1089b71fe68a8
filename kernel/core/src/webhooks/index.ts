export { createDecisionLinks, type DecisionGrant, type DecisionLinks } from './decision-links.ts';
export { expressionFault } from './expression-fault.ts';
export { createWebhookKeys, type WebhookKeys } from './webhook-keys.ts';
export { shownWebhook } from './shown-webhook.ts';
export { configuredTargets } from './webhook-target.ts';
export type { WebhookReport } from './report-webhooks.ts';
export { createWebhooks, type NewWebhook, type Webhooks } from './webhooks.ts';
