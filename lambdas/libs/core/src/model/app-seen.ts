import type { SeenAlarm } from './app-alarms';

/**
 * What a look is at. `build`: the repository, and what of the commit is there. `service`: that, and what is known of
 * the rest. AWS answers an account only so many questions in a second, so nobody looks at all that stands for a push.
 */
export type AppPart = 'build' | 'service' | 'all';

/** What a version needs to know of what stands around it. */
export type AppStood = Readonly<Required<Pick<SeenApp, 'group' | 'targetGroup' | 'healthPath'>>>;

/** What of an app stands in AWS, at one look. */
export interface SeenApp {
  /** What was looked at. */
  readonly part: AppPart;
  readonly repository: boolean;
  /** Digest of the image under the tag of the deployment's commit; only where that was asked. */
  readonly image?: string;
  /** Whether the source of the deployment's commit lies in the bucket; only where that was asked. */
  readonly source?: boolean;
  readonly logGroup: boolean;
  /** Id of the security group of its tasks. */
  readonly group?: string;
  readonly targetGroup?: string;
  /** That the target group asks for. */
  readonly healthPath?: string;
  readonly rule?: SeenRule;
  readonly service?: SeenService;
  /** Of its own; only where all was looked at. */
  readonly alarms?: readonly SeenAlarm[];
  /** Names of those that are on, its own and the operator's; only where ECS took a version back by one. */
  readonly firing?: readonly string[];
}

export interface SeenRule {
  readonly arn: string;
  readonly hosts: readonly string[];
  /** `app`: forwards to its target group. `closed`: answers 503. `other`: anything else. */
  readonly serves: 'app' | 'closed' | 'other';
}

/** Of a service that is `inactive` nothing runs, and its name is free. */
export interface SeenService {
  readonly status: 'active' | 'draining' | 'inactive';
  readonly taskDefinition: string;
  readonly desired: number;
  readonly running: number;
  readonly rollouts: readonly SeenRollout[];
}

/** One of ECS's deployments of a service. */
export interface SeenRollout {
  readonly taskDefinition: string;
  readonly state: 'in-progress' | 'completed' | 'failed';
  readonly reason?: string;
}

/** What is left of an app: kinds that a removal looks for, and how many of each. */
export const REMOVED_KINDS = [
  'rules',
  'services',
  'alarms',
  'target_groups',
  'security_groups',
  'task_definitions',
  'repositories',
  'sources',
  'secrets',
  'roles',
  'log_groups',
] as const;
export type RemovedKind = (typeof REMOVED_KINDS)[number];
export type Leftovers = Readonly<Record<RemovedKind, number>>;
