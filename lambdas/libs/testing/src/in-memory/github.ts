import type { GitHub, GitHubFailure, RunnerPlace } from '@multi-tenant-runner/core';

export interface InMemoryInstallation {
  login: string;
  suspended: boolean;
  /** Absent: GitHub names no account. */
  readonly accountId?: number;
  readonly type?: 'Organization' | 'User';
  changedAt?: string;
}

export interface InMemoryRegistration {
  readonly id: number;
  readonly name: string;
  readonly installationId: number;
  /** Lower case: `acme`, or `acme/app` for a runner of one repository. */
  readonly where: string;
  readonly labels: readonly string[];
  online: boolean;
  busy: boolean;
}

export interface InMemoryGitHubJob {
  status: string;
  conclusion?: string;
  runnerName?: string;
}

export interface InMemoryGitHub extends GitHub {
  /** A request for an installation that is not here is answered 404. */
  readonly installations: Map<number, InMemoryInstallation>;
  readonly registrations: InMemoryRegistration[];
  readonly jobs: Map<number, InMemoryGitHubJob>;
  /** Answers the failure until undone (or `times` times), for one installation or all, one method or all. */
  fail(failure: GitHubFailure, options?: { readonly installationId?: number; readonly method?: keyof GitHub; readonly times?: number }): () => void;
}

interface Fault {
  readonly failure: GitHubFailure;
  readonly installationId?: number;
  readonly method?: keyof GitHub;
  left: number;
}

export function createInMemoryGitHub(): InMemoryGitHub {
  const installations = new Map<number, InMemoryInstallation>();
  const registrations: InMemoryRegistration[] = [];
  const jobs = new Map<number, InMemoryGitHubJob>();
  const faults = new Set<Fault>();
  let count = 100;

  const faultOf = (method: keyof GitHub, installationId: number): GitHubFailure | undefined => {
    for (const fault of faults) {
      if ((fault.installationId ?? installationId) !== installationId || (fault.method ?? method) !== method) continue;
      fault.left -= 1;
      if (fault.left <= 0) faults.delete(fault);
      return fault.failure;
    }
    return undefined;
  };
  const refusalOf = (method: keyof GitHub, installationId: number, owner?: string): GitHubFailure | undefined => {
    const fault = faultOf(method, installationId);
    if (fault !== undefined) return fault;
    const installation = installations.get(installationId);
    if (installation === undefined) return { kind: 'refused', status: 404, message: 'no such installation' };
    if (installation.suspended) return { kind: 'refused', status: 403, message: 'the installation is suspended' };
    // A token opens nothing outside its own installation.
    const foreign = owner !== undefined && owner.toLowerCase() !== installation.login.toLowerCase();
    return foreign ? { kind: 'refused', status: 404, message: 'not found' } : undefined;
  };
  const whereOf = (place: RunnerPlace): string => (place.scope === 'org' ? place.owner : place.scope).toLowerCase();
  const search = (place: RunnerPlace, matches: (registration: InMemoryRegistration) => boolean): InMemoryRegistration | undefined =>
    registrations.find((registration) => registration.where === whereOf(place) && matches(registration));
  const found = (registration: InMemoryRegistration | undefined) =>
    ({ kind: 'found', ...(registration && { runner: { id: registration.id, name: registration.name, online: registration.online, busy: registration.busy } }) }) as const;

  return {
    installations,
    registrations,
    jobs,
    fail: (failure, { installationId, method, times = Number.POSITIVE_INFINITY } = {}) => {
      const fault: Fault = { failure, left: times, ...(installationId !== undefined && { installationId }), ...(method && { method }) };
      faults.add(fault);
      return () => faults.delete(fault);
    },
    authorize: async (place) => refusalOf('authorize', place.installationId, place.owner) ?? { kind: 'ok' },
    createJitConfig: async (place, runner) => {
      const refusal = refusalOf('createJitConfig', place.installationId, place.owner);
      if (refusal !== undefined) return refusal;
      if (search(place, ({ name }) => name === runner.name)) return { kind: 'exists' };
      const id = (count += 1);
      registrations.push({ id, name: runner.name, installationId: place.installationId, where: whereOf(place), labels: runner.labels, online: false, busy: false });
      return { kind: 'created', runnerId: id, jitConfig: `jit-config-of-${runner.name}` };
    },
    findRunner: async (place, name) => refusalOf('findRunner', place.installationId, place.owner) ?? found(search(place, (one) => one.name === name)),
    getRunner: async (place, runnerId) => refusalOf('getRunner', place.installationId, place.owner) ?? found(search(place, (one) => one.id === runnerId)),
    deleteRunner: async (place, runnerId) => {
      const refusal = refusalOf('deleteRunner', place.installationId, place.owner);
      if (refusal !== undefined) return refusal;
      const registration = search(place, ({ id }) => id === runnerId);
      if (registration === undefined) return { kind: 'absent' };
      if (registration.busy) return { kind: 'busy' };
      registrations.splice(registrations.indexOf(registration), 1);
      return { kind: 'deleted' };
    },
    getJob: async (installationId, owner, _repo, jobId) => {
      const refusal = refusalOf('getJob', installationId, owner);
      if (refusal !== undefined) return refusal;
      const job = jobs.get(jobId);
      return { kind: 'found', ...(job && { job: { ...job } }) };
    },
    getInstallation: async (installationId) => {
      const fault = faultOf('getInstallation', installationId);
      if (fault !== undefined) return fault;
      const installation = installations.get(installationId);
      return { kind: 'found', ...(installation && { installation: { suspended: installation.suspended } }) };
    },
  };
}
