import { approvalStanding, type Clock, type Logger } from '@forge/plugin-api';
import type { Actor } from '../auth/tokens.ts';
import type { Hosts } from '../hosts.ts';
import type { Repositories } from '../repositories.ts';
import type { RunService } from './run-service.ts';

interface DeadlineDeps {
  readonly repositories: Repositories;
  readonly hosts: Hosts;
  readonly runs: Pick<RunService, 'resume'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Ends it. */
  readonly signal: AbortSignal;
}

const everyMs = 15_000;
const server: Actor = { id: 'server', name: 'server', scopes: ['run'] };

/** Goes on with parked runs of all repositories when the time of an approval's level is up, whoever parked them. */
export async function watchDeadlines({ repositories, hosts, runs, clock, log, signal }: DeadlineDeps): Promise<void> {
  while (!signal.aborted) {
    for (const repository of repositories.list()) {
      try {
        const store = await (await hosts.of(repository)).store();
        for (const request of await store.listRequests({ open: true })) {
          if (approvalStanding(request, clock.now()) === undefined) continue;
          const run = await store.getRun(request.runId);
          if (run?.status !== 'parked' || (run.wakeAt ?? Number.POSITIVE_INFINITY) > clock.now()) continue;
          await runs.resume(run.id, {}, server);
        }
      } catch (error) {
        log.debug(`deadlines of ${repository.id} could not be looked at`, { error: String(error) });
      }
    }
    await clock.sleep(everyMs, signal).catch(() => {});
  }
}
