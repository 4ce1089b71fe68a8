export type { BlobFileOptions, BlobFileReport } from './blob-file.ts';
export type { CappedText } from './capped-output.ts';
export { PROCESS_MARKER } from './process-table.ts';
export { readableText } from './readable-text.ts';
export { type ReapReport, reapMarked } from './reap.ts';
export {
  type CommandRequest,
  type CommandResult,
  type CommandRunner,
  type CommandRunnerWorld,
  createCommandRunner,
} from './run-command.ts';
export {
  type Environment,
  type ScrubbedEnvironmentOptions,
  scrubbedEnvironment,
} from './scrubbed-environment.ts';
export type { ProcessOutcome, SupervisedCommand } from './supervise.ts';
export { type Visibility, visibilityOf, type VisibilityRequest } from './visibility.ts';
