import { createHash } from 'node:crypto';
import { isHostServed, type AppHost } from './app-host';
import { APP_NAME_LENGTH } from './app-name';
import type { PreviewOf } from './app-preview';
import type { AppSecrets } from './app-secrets';
import type { AppStood } from './app-seen';
import type { AppSize } from './app-size';

/**
 * An app of a tenant: what it is to be. What stands in AWS follows it.
 *
 *     active ⇄ suspended → deleting → deleted
 *
 * `suspended`: no task runs, its address answers 503. `deleting`: the deployer removes everything. `deleted`: it looked
 * for everything again and found nothing. The row stays, with that proof.
 */
export const APP_STATES = ['active', 'suspended', 'deleting', 'deleted'] as const;
export type AppState = (typeof APP_STATES)[number];

/** Whose suspension it is: each is lifted only by its own kind. A tenant that is not active has no row of it. */
export type AppSuspendedBy = 'tenant' | 'operator';

/** A rule of a load balancer: which one, by its place in the configured list, and the priority. */
export interface AppSlot {
  readonly alb: number;
  readonly priority: number;
}

/** What of an app its task definition and its target group have: another one is a release of its own. */
export type AppShape = Pick<App, 'cpu' | 'memory' | 'port' | 'healthPath' | 'secretsVersion'>;

/** What answers at the app's address. */
export interface LiveVersion {
  readonly deploymentId: string;
  readonly commit: string;
  /** `sha256:…` of the image. */
  readonly digest: string;
  /** ARN of the task definition, which a rollback or a repair runs again. */
  readonly taskDefinition: string;
  /** As the task definition was registered. */
  readonly shape?: AppShape;
}

/** What the deployer found when it had removed everything: how many of each kind are left, and when it looked. */
export interface RemovalProof {
  readonly lookedAt: string;
  readonly left: Readonly<Record<string, number>>;
}

/** Times are ISO 8601; those of the lease and of looks are epoch milliseconds. */
export interface App extends AppSize {
  /** Its name, which no other app of any tenant has. */
  readonly app: string;
  readonly installationId: number;
  readonly repoId: number;
  /** `owner/name`, as it was when the app was declared; `repoId` is what counts. */
  readonly repository: string;
  readonly branch: string;
  /** Of the repository, where the Dockerfile is; `.` is its root. */
  readonly directory: string;
  /** Where the container listens. */
  readonly port: number;
  readonly healthPath: string;
  /** Domains of its tenant's own besides `<app>.<domain>`. */
  readonly hosts: readonly AppHost[];
  /** Whether each pull request has a copy. */
  readonly preview: boolean;
  /** Of a preview alone. */
  readonly previewOf?: PreviewOf;
  readonly state: AppState;
  readonly suspendedBy?: AppSuspendedBy;
  /** Raised by every write but those of the lease. */
  readonly version: number;
  /** Raised by who wants the deployer to look; it rests only when it has seen the last one. */
  readonly asked: number;
  /** When the deployer looks again if nobody asks. */
  readonly due: number;
  /** The branch's commit when GitHub was last asked for it, and when it is asked again. */
  readonly head?: string;
  readonly headDue?: number;
  /** What the last look at all that stands saw: until then, and while neither differs, nothing is looked at again. */
  readonly restedAsked?: number;
  readonly restedTenant?: 'active' | 'inactive';
  readonly restsUntil?: number;
  /** What stood when all of it was looked at and was right, and until when that is believed. */
  readonly settledAs?: string;
  readonly settledUntil?: number;
  readonly stood?: AppStood;
  /** The newest deployment that anybody asked for: its id, which sorts by time. */
  readonly wantedId?: string;
  readonly live?: LiveVersion;
  /** Deployments that have not ended. */
  readonly unfinished?: ReadonlySet<string>;
  readonly slot?: AppSlot;
  readonly secrets?: AppSecrets;
  /** Raised by each change of them. */
  readonly secretsVersion?: number;
  readonly leaseOwner?: string;
  readonly leaseUntil?: number;
  readonly proof?: RemovalProof;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly deletedAt?: string;
}

/** Nothing of it is to be changed any more. */
export function isAppGone({ state }: Pick<App, 'state'>): boolean {
  return state === 'deleting' || state === 'deleted';
}

/** What a change of such an app is answered. */
export function describeGone({ app }: Pick<App, 'app'>): string {
  return `${app} is deleted, or about to be.`;
}

export function shapeOf({ cpu, memory, port, healthPath, secretsVersion }: AppShape): AppShape {
  return { cpu, memory, port, healthPath, ...(secretsVersion !== undefined && { secretsVersion }) };
}

export function isSameShape(one: AppShape, other: AppShape): boolean {
  const { cpu, memory, port, healthPath } = other;
  const isSame = one.cpu === cpu && one.memory === memory && one.port === port && one.healthPath === healthPath;
  return isSame && (one.secretsVersion ?? 0) === (other.secretsVersion ?? 0);
}

/** What who declares an app gives; the rest begins as `buildApp` says. */
export type NewApp = Omit<App, 'state' | 'version' | 'asked' | 'due' | 'createdAt' | 'updatedAt'>;

export function buildApp(declared: NewApp, now: Date): App {
  const at = now.toISOString();
  return { ...declared, state: 'active', version: 1, asked: 1, due: now.getTime(), createdAt: at, updatedAt: at };
}

/** What a rule of a load balancer leads to the app: a domain of its own only while it is proven. */
export function hostsOf({ app, hosts }: Pick<App, 'app' | 'hosts'>, domain: string): readonly string[] {
  return [`${app}.${domain}`, ...hosts.filter(isHostServed).map(({ host }) => host)];
}

/** One for all apps of a tenant, so that no tenant reads another's deployments under a name that it had. */
export function appKeyOf({ installationId, app }: Pick<App, 'installationId' | 'app'>): string {
  return `${installationId}/${app}`;
}

/**
 * Names of what an app has in AWS. All but the target group's begin with the installation's prefix, so that policies
 * can name them; a target group has at most 32 characters, so it has a hash of that and tags. A preview has a
 * repository of its own, which no image of the app's is taken from; ECR takes no two dashes in its name.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
 * https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
 */
export function namesOfApp(environment: string, app: string) {
  const hash = createHash('sha256').update(`${environment}/${app}`).digest('hex').slice(0, 8);
  const name = `${environment}-app-${app}`;
  return {
    service: name,
    family: name,
    securityGroup: name,
    targetGroup: `${app.slice(0, APP_NAME_LENGTH)}-${hash}`,
    repository: `${environment}/apps/${app.replace('--', '.')}`,
    logGroup: `/${environment}/apps/${app}`,
    secrets: `${environment}/apps/${app}/`,
    secretsRole: `${environment}-app-secrets-${app}`,
    sources: `tenants/${app}/`,
  } as const;
}

/** The app whose repository that is, by what comes after `<environment>/apps/` in its name. */
export function appOfRepository(rest: string): string {
  return rest.replace('.', '--');
}

/** Where a commit's source lies in the bucket of sources. */
export function sourceKeyOf(app: string, commit: string): string {
  return `tenants/${app}/${commit}.zip`;
}
