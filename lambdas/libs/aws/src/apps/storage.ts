import { namesOfApp, sourceKeyOf, type App, type Removed } from '@multi-tenant-runner/core';
import { isAwsRefusal, objects, unless, type AwsApi, type JsonAnswer } from './api';
import { listedTagsOf, tagsOf, type AppPlatformSettings } from './settings';
import { textIn, type XmlNode } from './xml';

/** So many of a repository's images are kept: as far back as a rollback goes. */
const IMAGES_KEPT = 50;
const NO_REPOSITORY = 'RepositoryNotFoundException';
const NO_SECRET = 'ResourceNotFoundException';

/** Images, sources, secrets and logs of apps. */
export function createStorage(api: AwsApi, settings: AppPlatformSettings) {
  const { environment, sourceBucket: bucket } = settings;
  const namesOf = (app: App) => namesOfApp(environment, app.app);
  const keysOf = async (app: App): Promise<readonly string[]> => {
    const query = { 'list-type': '2', prefix: namesOf(app).sources };
    return keysIn(await api.s3('GET', { bucket, query }));
  };
  const logGroupOf = async (app: App): Promise<JsonAnswer | undefined> => {
    const name = namesOf(app).logGroup;
    const answer = await api.json('logs', 'DescribeLogGroups', { logGroupNamePrefix: name });
    return objects(answer['logGroups']).find(({ logGroupName }) => logGroupName === name);
  };
  const secretsOf = async (app: App): Promise<readonly string[]> => {
    const Filters = [{ Key: 'name', Values: [namesOf(app).secrets] }];
    const answer = await api.json('secretsmanager', 'ListSecrets', { Filters, MaxResults: 100 });
    const listed = objects(answer['SecretList']).map(({ ARN }) => String(ARN));
    // The list may be minutes behind, so the row says too what there is, and each is looked at.
    const { kept = [], leaving = [] } = app.secrets ?? {};
    const named = [...new Set([...listed, ...kept.map(({ arn }) => arn), ...leaving])];
    const standing = await Promise.all(named.map((arn) => isStanding(arn)));
    return named.filter((_arn, index) => standing[index]);
  };
  const isStanding = async (SecretId: string): Promise<boolean> => {
    const found = await unless([NO_SECRET], () => api.json('secretsmanager', 'DescribeSecret', { SecretId }));
    return found !== undefined && found['DeletedDate'] === undefined;
  };
  const forget = async (arns: readonly string[]): Promise<void> => {
    for (const SecretId of arns)
      await unless([NO_SECRET], () =>
        api.json('secretsmanager', 'DeleteSecret', { SecretId, ForceDeleteWithoutRecovery: true }),
      );
  };
  return {
    hasRepository: async (app: App): Promise<boolean> => {
      const repositoryNames = [namesOf(app).repository];
      const answer = await unless([NO_REPOSITORY], () => api.json('ecr', 'DescribeRepositories', { repositoryNames }));
      return answer !== undefined;
    },
    /** A tag is one image for good, and every image is scanned. */
    createRepository: async (app: App): Promise<void> => {
      const { repository: repositoryName } = namesOf(app);
      await unless(['RepositoryAlreadyExistsException'], () =>
        api.json('ecr', 'CreateRepository', {
          repositoryName,
          imageTagMutability: 'IMMUTABLE',
          imageScanningConfiguration: { scanOnPush: true },
          tags: listedTagsOf(environment, app),
        }),
      );
    },
    /** At each version, as the repository may have been made by a call whose next one was lost. */
    keepImages: async (app: App): Promise<void> => {
      const { repository: repositoryName } = namesOf(app);
      const selection = { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: IMAGES_KEPT };
      const rules = [{ rulePriority: 1, selection, action: { type: 'expire' } }];
      const lifecyclePolicyText = JSON.stringify({ rules });
      await api.json('ecr', 'PutLifecyclePolicy', { repositoryName, lifecyclePolicyText });
    },
    findImage: async (
      app: App,
      imageTag: string,
    ): Promise<{ readonly repository: boolean; readonly image?: string }> => {
      const { repository: repositoryName } = namesOf(app);
      const input = { repositoryName, imageIds: [{ imageTag }] };
      const answer = await unless([NO_REPOSITORY], async () => ({
        of: await unless(['ImageNotFoundException'], () => api.json('ecr', 'DescribeImages', input)),
      }));
      const digest = objects(answer?.of?.['imageDetails'])[0]?.['imageDigest'];
      return { repository: answer !== undefined, ...(typeof digest === 'string' && { image: digest }) };
    },
    removeRepository: async (app: App): Promise<Removed> => {
      const { repository: repositoryName } = namesOf(app);
      await unless([NO_REPOSITORY], () => api.json('ecr', 'DeleteRepository', { repositoryName, force: true }));
      return 'removed';
    },
    hasSource: async (app: App, commit: string): Promise<boolean> => {
      try {
        await api.s3('HEAD', { bucket, key: sourceKeyOf(app.app, commit) });
        return true;
      } catch (error) {
        if (isAwsRefusal(error, '404', 'NoSuchKey')) return false;
        throw error;
      }
    },
    putSource: async (app: App, commit: string, archive: Uint8Array): Promise<void> => {
      await api.s3('PUT', { bucket, key: sourceKeyOf(app.app, commit) }, archive);
    },
    countSources: async (app: App): Promise<number> => (await keysOf(app)).length,
    removeSources: async (app: App): Promise<Removed> => {
      for (const key of await keysOf(app)) await api.s3('DELETE', { bucket, key });
      return 'removed';
    },
    countSecrets: async (app: App): Promise<number> => (await secretsOf(app)).length,
    removeSecrets: async (app: App): Promise<Removed> => {
      await forget(await secretsOf(app));
      return 'removed';
    },
    forgetSecrets: forget,
    /** `kept`: its lines are kept for as long as the settings say. */
    findLogGroup: async (app: App): Promise<'none' | 'bare' | 'kept'> => {
      const group = await logGroupOf(app);
      if (group === undefined) return 'none';
      return group['retentionInDays'] === settings.log.retentionDays ? 'kept' : 'bare';
    },
    createLogGroup: async (app: App): Promise<void> => {
      const { logGroup: logGroupName } = namesOf(app);
      const { retentionDays: retentionInDays, kmsKeyArn: kmsKeyId } = settings.log;
      const tags = tagsOf(environment, app);
      await unless(['ResourceAlreadyExistsException'], () =>
        api.json('logs', 'CreateLogGroup', { logGroupName, tags, ...(kmsKeyId !== undefined && { kmsKeyId }) }),
      );
      await api.json('logs', 'PutRetentionPolicy', { logGroupName, retentionInDays });
    },
    removeLogGroup: async (app: App): Promise<Removed> => {
      const { logGroup: logGroupName } = namesOf(app);
      await unless(['ResourceNotFoundException'], () => api.json('logs', 'DeleteLogGroup', { logGroupName }));
      return 'removed';
    },
  };
}

function keysIn(answer: XmlNode): readonly string[] {
  const contents = answer.children.flatMap(({ children }) => children).filter(({ name }) => name === 'Contents');
  return contents.map((one) => textIn(one, 'Key') ?? '');
}
