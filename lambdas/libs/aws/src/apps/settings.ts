import type { App, RollbackFigures } from '@multi-tenant-runner/core';

/** A load balancer of apps: the listener that ends TLS, if there is one, and the group that reaches the tasks. */
export interface AppLoadBalancer {
  readonly listenerArn: string;
  readonly securityGroupId: string;
  /** Rules of apps that it may have. */
  readonly rules: number;
  /** Below it the operator has rules of its own. */
  readonly firstPriority: number;
}

/** Of the execution roles that the deployer makes, one for each app with secrets. */
export interface AppRoleSettings {
  /** `arn:…:role/` with the path. */
  readonly arnPrefix: string;
  readonly path: string;
  /** At the end of each name, as of the installation's other roles. */
  readonly suffix: string;
  readonly boundaryArn: string;
  /** Who takes such a role on, as a policy. */
  readonly trust: string;
  /** What stands before a name in the ARN of each. */
  readonly arns: { readonly secrets: string; readonly repositories: string; readonly logGroups: string };
}

export interface AppPlatformSettings {
  readonly environment: string;
  readonly region: string;
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  readonly cluster: string;
  /** Of apps without secrets. */
  readonly executionRoleArn: string;
  readonly roles: AppRoleSettings;
  readonly loadBalancers: readonly AppLoadBalancer[];
  readonly sourceBucket: string;
  readonly log: { readonly retentionDays: number; readonly kmsKeyArn?: string };
  /** `<account>.dkr.ecr.<region>.amazonaws.com`. */
  readonly registry: string;
  /** On which ECS takes a version back besides its circuit breaker: the operator's, and of each app's own. */
  readonly rollbackAlarms: { readonly names: readonly string[]; readonly figures: RollbackFigures };
}

/** What everything of an app carries, and what tells that something found is the app's. */
export function tagsOf(environment: string, { app, installationId }: App): Readonly<Record<string, string>> {
  return {
    'ghr:environment': environment,
    'ghr:app': app,
    'ghr:tenant_id': String(installationId),
    tenant_id: String(installationId),
  };
}

/** The same as most services list them. */
export function listedTagsOf(
  environment: string,
  app: App,
): readonly { readonly Key: string; readonly Value: string }[] {
  return Object.entries(tagsOf(environment, app)).map(([Key, Value]) => ({ Key, Value }));
}

/** The same as parameters, in a list as the service calls it: `Tags.member.1.Key`. */
export function flatTagsOf(environment: string, app: App, list = 'Tags.member'): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(tagsOf(environment, app)).flatMap(([key, value], index) => [
      [`${list}.${index + 1}.Key`, key],
      [`${list}.${index + 1}.Value`, value],
    ]),
  );
}

/** Foreign things of the same name are nobody's to change. */
export function isOwn(tags: ReadonlyMap<string, string>, environment: string, app: App): boolean {
  return tags.get('ghr:environment') === environment && tags.get('ghr:app') === app.app;
}
