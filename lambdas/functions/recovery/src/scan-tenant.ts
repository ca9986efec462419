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
import type { OutOfTime } from './deps';
import { searchRepository, type ScanDeps } from './search-repository';

/** The newest job rows show which repositories are active. */
const RECENT_JOBS = 100;
const RECENT_PUSH = DAY;
const AFTER_NO_ANSWER = 5 * MINUTE;

/** One visit: continues where the last one stopped, and returns where the next one continues. */
export async function scanTenant(start: ScanState, deps: ScanDeps, outOfTime: OutOfTime): Promise<ScanState> {
  const callBudget = new CallBudget();
  const busy = new Set(
    (await deps.jobs.listRecent(start.installationId, RECENT_JOBS)).map((job) =>
      nameOf({ owner: job.owner, name: job.repo }),
    ),
  );
  let state = start;
  // One that goes on from an earlier visit may have searched before.
  let isQuiet = start.page === 1 && start.index === 0;
  for (;;) {
    const listed = callBudget.record(await deps.search.listRepositories(state.installationId, state.page));
    if (listed.kind !== 'found') return pausedBy(listed, state, deps);
    for (let index = state.index; index < listed.repositories.length; index += 1) {
      const repository = listed.repositories[index];
      if (repository === undefined) continue;
      isQuiet &&= !isActive(repository, busy, deps.clock.now());
      if (!isSearched(repository, state, busy, deps.clock.now())) continue;
      state = index === state.index ? state : { ...withoutRun(state), index };
      const until = outOfTime() ? deps.clock.now() : callBudget.closedUntil(deps.clock.now());
      if (until !== undefined) return { ...state, notBefore: until.toISOString() };
      const searched = await searchRepository(repository, state, deps, { callBudget, outOfTime });
      if (searched.kind === 'stopped')
        return {
          ...state,
          ...(searched.lastRunId !== undefined && { lastRunId: searched.lastRunId }),
          notBefore: deps.clock.now().toISOString(),
        };
      if (searched.kind === 'failed') return pausedBy(searched.failure, state, deps);
      state = { ...withoutRun(state), index: index + 1 };
    }
    if (!listed.more) return finished(state, isQuiet, deps.clock.now());
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

function isSearched(repository: Repository, { breadth }: ScanState, busy: ReadonlySet<string>, now: Date): boolean {
  return !repository.dormant && (breadth !== 'recent' || isActive(repository, busy, now));
}

/** It had a push or a job of late. */
function isActive(repository: Repository, busy: ReadonlySet<string>, now: Date): boolean {
  if (busy.has(nameOf(repository))) return true;
  return repository.pushedAt !== undefined && ageOf(repository.pushedAt, now) <= RECENT_PUSH;
}

/** The search waits as long as GitHub asks; after a refusal, until the next round. */
function pausedBy(failure: GitHubFailure, state: ScanState, deps: ScanDeps): ScanState {
  const now = deps.clock.now();
  const log = deps.log.with({ tenant_id: state.installationId, answer: failure.kind });
  switch (failure.kind) {
    case 'limited':
      log.info("The search for a tenant's missed jobs waits for GitHub's rate limit");
      return { ...state, notBefore: failure.retryAt.toISOString() };
    case 'unavailable':
      log.warn("GitHub did not answer the search for a tenant's missed jobs; it continues later", {
        reason: failure.message,
      });
      return { ...state, notBefore: plus(now, AFTER_NO_ANSWER).toISOString() };
    case 'refused':
      log.warn(
        "GitHub refused the search for a tenant's missed jobs. It needs the App's permission Actions: " +
          'read, and an installation that is not suspended',
        { status: failure.status },
      );
      // Keeps the breadth, as nothing was searched. A change of the row, such as an unsuspend, makes it due at once.
      return { ...withoutRun(state), phase: 'done', page: 1, index: 0, notBefore: plus(now, ROUND).toISOString() };
  }
}
