import { namesOfApp, type App, type Removed } from '@multi-tenant-runner/core';
import { unless, type AwsApi } from './api';
import { flatTagsOf, type AppPlatformSettings } from './settings';

const POLICY = 'execution';
const NO_ROLE = 'NoSuchEntity';
const document = (Statement: readonly object[]): string => JSON.stringify({ Version: '2012-10-17', Statement });

/**
 * An app with secrets has an execution role of its own, which reads its own and no other's: a task definition that
 * names another app's secret starts nothing.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
 */
export function createRoles(api: AwsApi, settings: AppPlatformSettings) {
  const { environment, roles } = settings;
  const nameOf = ({ app }: App): string => `${namesOfApp(environment, app).secretsRole}${roles.suffix}`;
  const iam = (action: string, parameters: Readonly<Record<string, string>>) => api.query('iam', action, parameters);
  return {
    /** Of a task that names secrets, else the one that all apps without any share. */
    arnOf: (app: App): string =>
      (app.secrets?.kept.length ?? 0) > 0 ? `${roles.arnPrefix}${nameOf(app)}` : settings.executionRoleArn,
    create: async (app: App): Promise<void> => {
      await unless(['EntityAlreadyExists'], () =>
        iam('CreateRole', {
          RoleName: nameOf(app),
          Path: roles.path,
          Description: `Starts tasks of ${app.app}: image, logs and secrets.`,
          PermissionsBoundary: roles.boundaryArn,
          AssumeRolePolicyDocument: roles.trust,
          ...flatTagsOf(environment, app),
        }),
      );
      const PolicyDocument = policyOf(app, settings);
      await iam('PutRolePolicy', { RoleName: nameOf(app), PolicyName: POLICY, PolicyDocument });
    },
    count: async (app: App): Promise<number> =>
      (await unless([NO_ROLE], () => iam('GetRole', { RoleName: nameOf(app) }))) === undefined ? 0 : 1,
    remove: async (app: App): Promise<Removed> => {
      const RoleName = nameOf(app);
      await unless([NO_ROLE], () => iam('DeleteRolePolicy', { RoleName, PolicyName: POLICY }));
      await unless([NO_ROLE], () => iam('DeleteRole', { RoleName }));
      return 'removed';
    },
  };
}

function policyOf(app: App, { environment, roles: { arns } }: AppPlatformSettings): string {
  const names = namesOfApp(environment, app.app);
  const allow = (Action: readonly string[], Resource: string) => ({ Effect: 'Allow', Action, Resource });
  return document([
    allow(['logs:CreateLogStream', 'logs:PutLogEvents'], `${arns.logGroups}${names.logGroup}:*`),
    // A token is the whole registry's: ECR knows no resource for it.
    allow(['ecr:GetAuthorizationToken'], '*'),
    allow(
      ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      `${arns.repositories}${names.repository}`,
    ),
    allow(['secretsmanager:GetSecretValue'], `${arns.secrets}${names.secrets}*`),
  ]);
}
