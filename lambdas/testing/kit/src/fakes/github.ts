import type { GitHub, GitHubFailure, RunnerPlace } from '@multi-tenant-runner/core';
import type {
  InMemoryGitHub,
  InMemoryGitHubJob,
  InMemoryInstallation,
  InMemoryRegistration,
  InMemoryRunnerGroup,
} from './github-model';
import { Registrations } from './registrations';

interface Fault {
  readonly failure: GitHubFailure;
  readonly installationId?: number;
  readonly method?: keyof GitHub;
  left: number;
}

export function createInMemoryGitHub(): InMemoryGitHub {
  const installations = new Map<number, InMemoryInstallation>();
  const registrations = new Registrations();
  const jobs = new Map<number, InMemoryGitHubJob>();
  const runnerGroups = new Map<number, readonly InMemoryRunnerGroup[]>();
  const unseen = new Set<string>();
  const redirects = new Map<string, string>();
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
    // A token grants nothing outside its installation; an account's old login is free, or another account's.
    // https://docs.github.com/en/organizations/managing-organization-settings/renaming-an-organization#changes-that-arent-automatic
    const foreign = owner !== undefined && owner.toLowerCase() !== installation.login.toLowerCase();
    return foreign ? { kind: 'refused', status: 404, message: 'not found' } : undefined;
  };
  const present = (name: string): string => {
    const next = redirects.get(name);
    return next === undefined ? name : present(next);
  };
  const whereOf = (place: RunnerPlace): string =>
    place.scope === 'org' ? place.owner.toLowerCase() : present(place.scope.toLowerCase());
  const groupsOf = (installationId: number): readonly InMemoryRunnerGroup[] => {
    const own = runnerGroups.get(installationId) ?? [];
    return own.some(({ id }) => id === 1) ? own : [{ id: 1, name: 'Default' }, ...own];
  };
  const named = (place: RunnerPlace, name: string): InMemoryRegistration | undefined => {
    const where = whereOf(place);
    return [...registrations.withName(name)].find((one) => one.where === where);
  };
  const withId = (place: RunnerPlace, id: number): InMemoryRegistration | undefined => {
    const one = registrations.withId(id);
    return one?.where === whereOf(place) ? one : undefined;
  };
  const found = (registration: InMemoryRegistration | undefined) =>
    ({
      kind: 'found',
      ...(registration && {
        runner: { id: registration.id, name: registration.name, online: registration.online, busy: registration.busy },
      }),
    }) as const;

  return {
    installations,
    registrations,
    jobs,
    runnerGroups,
    unseen,
    renameOwner: (installationId, login) => {
      const installation = installations.get(installationId);
      if (installation === undefined) return;
      const before = installation.login.toLowerCase();
      installation.login = login;
      const moved = (name: string): string => [login.toLowerCase(), ...name.split('/').slice(1)].join('/');
      for (const [from, to] of [...redirects]) if (from.split('/')[0] === before) redirects.set(moved(from), moved(to));
      for (const one of registrations) {
        if (one.installationId === installationId && one.where.split('/')[0] === before) one.where = moved(one.where);
      }
    },
    renameRepository: (from, to) => {
      redirects.delete(to.toLowerCase());
      redirects.set(from.toLowerCase(), to.toLowerCase());
      for (const one of registrations) if (one.where === from.toLowerCase()) one.where = to.toLowerCase();
    },
    fail: (failure, { installationId, method, times = Number.POSITIVE_INFINITY } = {}) => {
      const fault: Fault = {
        failure,
        left: times,
        ...(installationId !== undefined && { installationId }),
        ...(method && { method }),
      };
      faults.add(fault);
      return () => faults.delete(fault);
    },
    // A token is minted for an installation's id, whatever its account is called.
    authorize: async (place) => refusalOf('authorize', place.installationId) ?? { kind: 'ok' },
    findRunnerGroup: async (place, wanted, repo) => {
      const refusal = refusalOf('findRunnerGroup', place.installationId, place.owner);
      if (refusal !== undefined) return refusal;
      const group = groupsOf(place.installationId).find(({ id, name }) =>
        typeof wanted === 'number' ? id === wanted : name.toLowerCase() === wanted.toLowerCase(),
      );
      if (group === undefined) return { kind: 'none' };
      const takes = group.repositories?.some((name) => name.toLowerCase() === repo.toLowerCase()) ?? true;
      return takes
        ? { kind: 'found', groupId: group.id, isForAll: group.repositories === undefined, isNews: true }
        : { kind: 'leaves-out' };
    },
    createJitConfig: async (place, runner) => {
      const refusal = refusalOf('createJitConfig', place.installationId, place.owner);
      if (refusal !== undefined) return refusal;
      if (place.scope === 'org' && !groupsOf(place.installationId).some(({ id }) => id === runner.runnerGroupId))
        return { kind: 'refused', status: 404, message: 'no such runner group' };
      if (named(place, runner.name)) return { kind: 'exists' };
      const id = (count += 1);
      registrations.add({
        id,
        name: runner.name,
        installationId: place.installationId,
        where: whereOf(place),
        labels: runner.labels,
        groupId: runner.runnerGroupId,
        online: false,
        busy: false,
      });
      return { kind: 'created', runnerId: id, jitConfig: `jit-config-of-${runner.name}` };
    },
    findRunner: async (place, name) =>
      refusalOf('findRunner', place.installationId, place.owner) ?? found(named(place, name)),
    listRunners: async (place) =>
      refusalOf('listRunners', place.installationId, place.owner) ?? {
        kind: 'found',
        names: registrations
          .all()
          .filter(({ where }) => where === whereOf(place))
          .map(({ name }) => name),
        isMore: false,
      },
    getRunner: async (place, runnerId) =>
      refusalOf('getRunner', place.installationId, place.owner) ?? found(withId(place, runnerId)),
    deleteRunner: async (place, runnerId) => {
      const refusal = refusalOf('deleteRunner', place.installationId, place.owner);
      if (refusal !== undefined) return refusal;
      const registration = withId(place, runnerId);
      if (registration === undefined) return { kind: 'absent' };
      if (registration.busy) return { kind: 'busy' };
      registrations.remove(registration);
      return { kind: 'deleted' };
    },
    getJob: async ({ installationId, owner, repo }, jobId) => {
      const refusal = refusalOf('getJob', installationId, owner);
      if (refusal !== undefined) return refusal;
      if (unseen.has(`${owner}/${repo}`.toLowerCase())) return { kind: 'refused', status: 404, message: 'not found' };
      const job = jobs.get(jobId);
      return { kind: 'found', ...(job && { job: { ...job } }) };
    },
    getInstallation: async (installationId) => {
      const fault = faultOf('getInstallation', installationId);
      if (fault !== undefined) return fault;
      const installation = installations.get(installationId);
      return {
        kind: 'found',
        ...(installation && {
          installation: {
            suspended: installation.suspended,
            login: installation.login,
            ...(installation.accountId !== undefined && { accountId: installation.accountId }),
          },
        }),
      };
    },
  };
}
