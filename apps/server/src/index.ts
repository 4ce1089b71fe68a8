export { createAuditLog } from './audit-log.ts';
export { auditedTokens } from './auth/audited-tokens.ts';
export { createTokens, isInForce, type TokenFacts, type Tokens } from './auth/tokens.ts';
export type { OpenRepository } from './hosts.ts';
export { type RunningServer, type ServerOptions, startServer } from './start-server.ts';
export { runningServer, type ServerFile } from './state/server-file.ts';
export { createStateFolder, type StateFolder } from './state/state-folder.ts';
