import {
  DAY,
  MINUTE,
  ageOf,
  plus,
  type GitHubFailure,
  type Repository,
  type ScanState,
} from '@multi-tenant-runner/core';
import { CallBudget } from './call-budget';
import { ROUND, finished } from './plan-scans';
import type { OutOfTime, RecoveryDeps } from './deps';
import { searchRepository, type ScanDeps } from './search-repository';

/** The newest rows tell where a tenant's jobs come from. */
const RECENT_JOBS = 100;
const RECENT_PUSH = DAY;
const AFTER_NO_ANSWER = 5 * MINUTE;

/** One visit: goes on where the last one stopped, and answers where the next one goes on. */
export async function scanTenant(
  start: ScanState,
  deps: ScanDeps & Pick<RecoveryDeps, 'search' | 'jobs'>,
  outOfTime: OutOfTime,
): Promise<ScanState> {
  const callBudget = new CallBudget();
  const busy = new Set(
    (await deps.jobs.listRecent(start.installationId, RECENT_JOBS)).map((job) =>
      nameOf({ owner: job.owner, name: job.repo }),
    ),
  );
  let state = start;
  for (;;) {
    const listed = callBudget.record(await deps.search.listRepositories(state.installationId, state.page));
    if (listed.kind !== 'found') return pausedBy(listed, state, deps);
    for (let index = state.index; index < listed.repositories.length; index += 1) {
      const repository = listed.repositories[index];
      if (repository === undefined || !isWorthALook(repository, state, busy, deps.clock.now())) continue;
      state = index === state.index ? state : { ...withoutRun(state), index };
      const until = outOfTime() ? deps.clock.now() : callBudget.closedUntil(deps.clock.now());
      if (until !== undefined) return { ...state, notBefore: until.toISOString() };
      const searched = await searchRepository(repository, state, callBudget, deps, outOfTime);
      if (searched.kind === 'stopped')
        return {
          ...state,
          ...(searched.lastRunId !== undefined && { lastRunId: searched.lastRunId }),
          notBefore: deps.clock.now().toISOString(),
        };
      if (searched.kind === 'failed') return pausedBy(searched.failure, state, deps);
      state = { ...withoutRun(state), index: index + 1 };
    }
    if (!listed.more) return finished(state, deps.clock.now());
    state = { ...withoutRun(state), page: state.page + 1, index: 0 };
    const until = outOfTime() ? deps.clock.now() : callBudget.closedUntil(deps.clock.now());
    if (until !== undefined) return { ...state, notBefore: until.toISOString() };
  }
}

function withoutRun({ lastRunId: _lastRunId, ...state }: ScanState): ScanState {
  return state;
}

const nameOf = ({ owner, name }: { readonly owner: string; readonly name: string }): string =>
  `${owner}/${name}`.toLowerCase();

function isWorthALook(repository: Repository, { breadth }: ScanState, busy: ReadonlySet<string>, now: Date): boolean {
  if (repository.dormant) return false;
  if (breadth !== 'recent' || busy.has(nameOf(repository))) return true;
  return repository.pushedAt !== undefined && ageOf(repository.pushedAt, now) <= RECENT_PUSH;
}

/** The tenant waits as long as GitHub asks; where GitHub does not let us look at all, until the next round. */
function pausedBy(failure: GitHubFailure, state: ScanState, deps: ScanDeps): ScanState {
  const now = deps.clock.now();
  const log = deps.log.with({ tenant_id: state.installationId, answer: failure.kind });
  switch (failure.kind) {
    case 'limited':
      log.info("The search for a tenant's unheard jobs waits for GitHub's limit");
      return { ...state, notBefore: failure.retryAt.toISOString() };
    case 'unavailable':
      log.warn("GitHub gave no answer in the search for a tenant's unheard jobs; it goes on later", {
        reason: failure.message,
      });
      return { ...state, notBefore: plus(now, AFTER_NO_ANSWER).toISOString() };
    case 'refused':
      log.warn(
        "GitHub refused the search for a tenant's unheard jobs. It needs the App's permission Actions: " +
          'read, and an installation that is not suspended',
        { status: failure.status },
      );
      // As broadly next time, as nothing was seen; and at once if the row changes, as an end of a suspension does.
      return { ...withoutRun(state), phase: 'done', page: 1, index: 0, notBefore: plus(now, ROUND).toISOString() };
  }
}
