import type { App, AppSlot } from '../model/app';
import type { AppAlarm } from '../model/app-alarms';
import type { PullRequest } from '../model/app-preview';
import type { AppPart, Leftovers, SeenApp } from '../model/app-seen';
import type { Build, Deployment } from '../model/deployment';
import type { SeenBuild } from '../decisions/app-step';
import type { GitHubFailure } from './github';

/** `refused`: AWS will not, and why, for who reads it. `busy`: still in use, so later. */
export type Created<T extends string> =
  | { readonly kind: 'created'; readonly id: T }
  | { readonly kind: 'refused'; readonly reason: string };
export type Removed = 'removed' | 'busy';

export interface TaskToRegister {
  readonly app: App;
  readonly deployment: Pick<Deployment, 'deploymentId' | 'commit'>;
  readonly digest: string;
  /** Nobody has asked for it before: then nothing has to be looked for. */
  readonly isFirst: boolean;
}

export interface ServiceToRun {
  readonly app: App;
  readonly taskDefinition: string;
  readonly count: number;
  readonly targetGroup: string;
  readonly group: string;
}

export interface RuleToServe {
  readonly app: App;
  readonly slot: AppSlot;
  readonly hosts: readonly string[];
  /** Absent: the rule answers 503. */
  readonly targetGroup?: string;
}

/** Everything of an app in AWS but its rows. What exists already is adopted if its tags say that it is the app's. */
export interface AppPlatform {
  /** @param what.commit also whether its image and its source are there */
  look(app: App, what: { readonly part: AppPart; readonly commit?: string }): Promise<SeenApp>;
  /** What a removal has to find nothing of. */
  leftovers(app: App, seen: SeenApp): Promise<Leftovers>;
  createRepository(app: App): Promise<void>;
  createLogGroup(app: App): Promise<void>;
  createGroup(app: App, alb: number): Promise<Created<string>>;
  createTargetGroup(app: App): Promise<Created<string>>;
  /** By which ECS reads the app's secrets, and no other's. */
  createRole(app: App): Promise<void>;
  createRule(rule: RuleToServe): Promise<Created<string>>;
  /** Anew, or by other figures; it is on that target group's answers. */
  putAlarm(app: App, alarm: AppAlarm, targetGroup: string): Promise<Created<string>>;
  deleteAlarms(names: readonly string[]): Promise<Removed>;
  setRule(arn: string, rule: Pick<RuleToServe, 'hosts' | 'targetGroup'>): Promise<void>;
  registerTask(task: TaskToRegister): Promise<string>;
  createService(service: ServiceToRun): Promise<Created<string>>;
  /**
   * @param service.taskDefinition only if the service is to run another one
   * @param service.healthPath what the target group asks for already, if that is known
   */
  updateService(
    service: Pick<ServiceToRun, 'app' | 'count' | 'targetGroup'> & {
      readonly taskDefinition?: string;
      readonly healthPath?: string;
    },
  ): Promise<void>;
  deleteRule(arn: string): Promise<Removed>;
  deleteService(app: App): Promise<Removed>;
  deleteTargetGroup(arn: string): Promise<Removed>;
  deleteGroup(id: string): Promise<Removed>;
  deleteTaskDefinitions(app: App): Promise<Removed>;
  deleteRepository(app: App): Promise<Removed>;
  deleteSources(app: App): Promise<Removed>;
  deleteSecrets(app: App): Promise<Removed>;
  /** Those that were unset. */
  forgetSecrets(arns: readonly string[]): Promise<void>;
  deleteRole(app: App): Promise<Removed>;
  deleteLogGroup(app: App): Promise<Removed>;
  putSource(app: App, commit: string, archive: Uint8Array): Promise<void>;
  /** Alarms of its own that an app is to have. */
  alarmsOf(app: App): readonly AppAlarm[];
  /** Load balancers, in the order of their index, and how many rules each may have of apps. */
  readonly albs: readonly { readonly rules: number; readonly firstPriority: number }[];
}

/** Who builds images. Asking twice for one deployment builds it once. */
export interface AppBuilder {
  readonly by: Build['by'];
  /** @param isFirst nobody has asked for it before: then nothing has to be looked for */
  ask(
    app: App,
    deployment: Deployment,
    isFirst?: boolean,
  ): Promise<{ readonly kind: 'asked'; readonly id?: string } | BuildRefusal>;
  look(app: App, deployment: Deployment): Promise<SeenBuild>;
}
export type BuildRefusal =
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'later'; readonly retryAt?: Date };

export interface RepositoryPlace {
  readonly installationId: number;
  /** `owner/name`. */
  readonly repository: string;
  readonly repoId: number;
}

/** States of GitHub's deployment statuses that we use. */
export type GitHubDeploymentState = 'queued' | 'in_progress' | 'success' | 'failure' | 'inactive';

/** A push, a merge, or whatever else set a branch to another commit. */
export interface BranchMove {
  readonly before?: string;
  readonly after: string;
  /** In whole seconds. */
  readonly at: Date;
}

export interface WorkflowRun {
  readonly id: number;
  readonly status: string;
  readonly conclusion?: string;
  readonly url?: string;
}

export interface GitHubDeployment {
  readonly commit: string;
  readonly environment: string;
  /** The environment goes again, as that of a preview does. */
  readonly isTransient: boolean;
}

/** What a deployment asks of GitHub, each by a token for that repository and that use alone. */
export interface AppGitHub {
  /**
   * The branch's commit; without one there is no such branch.
   *
   * @param known the commit that is known already; an answer that it is `same` costs nothing of the allowance
   */
  head(
    place: RepositoryPlace,
    branch: string,
    known?: string,
  ): Promise<{ readonly kind: 'found'; readonly commit?: string } | { readonly kind: 'same' } | GitHubFailure>;
  /** The branch's last move, with GitHub's time of it; without one GitHub knows of none. */
  lastMove(
    place: RepositoryPlace,
    branch: string,
  ): Promise<{ readonly kind: 'found'; readonly move?: BranchMove } | GitHubFailure>;
  /** `too-large`: more than `limit` bytes, of which no more was read. */
  archive(
    place: RepositoryPlace,
    commit: string,
    limit: number,
  ): Promise<{ readonly kind: 'archive'; readonly bytes: Uint8Array } | { readonly kind: 'too-large' } | GitHubFailure>;
  dispatch(
    place: RepositoryPlace,
    run: { readonly workflow: string; readonly ref: string; readonly inputs: Readonly<Record<string, string>> },
  ): Promise<{ readonly kind: 'asked' } | GitHubFailure>;
  /** The newest run of the workflow whose title has the text. */
  findRun(
    place: RepositoryPlace,
    workflow: string,
    text: string,
  ): Promise<{ readonly kind: 'found'; readonly run?: WorkflowRun } | GitHubFailure>;
  /** Without a text the commit has no such file, or what is there is none or longer than one that is read. */
  file(
    place: RepositoryPlace,
    commit: string,
    path: string,
  ): Promise<{ readonly kind: 'found'; readonly text?: string } | GitHubFailure>;
  /** Without one there is no such pull request. */
  pull(
    place: RepositoryPlace,
    number: number,
  ): Promise<{ readonly kind: 'found'; readonly pull?: PullRequest } | GitHubFailure>;
  /** The newest deployment of the commit in the environment. */
  findDeployment(
    place: RepositoryPlace,
    deployment: Pick<GitHubDeployment, 'commit' | 'environment'>,
  ): Promise<{ readonly kind: 'found'; readonly id?: number } | GitHubFailure>;
  createDeployment(
    place: RepositoryPlace,
    deployment: GitHubDeployment,
  ): Promise<{ readonly kind: 'created'; readonly id: number } | GitHubFailure>;
  tell(
    place: RepositoryPlace,
    deploymentId: number,
    status: { readonly state: GitHubDeploymentState; readonly description: string; readonly url?: string },
  ): Promise<{ readonly kind: 'told' } | GitHubFailure>;
}
