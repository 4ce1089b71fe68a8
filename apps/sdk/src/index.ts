export { type ClientOptions, createForgeClient, type ForgeClient } from './client.ts';
export type { FollowOptions } from './follow-events.ts';
export * from './schemas.ts';
export { allows, type Scope, scopes } from './scopes.ts';
export * from './webhook-schemas.ts';
