import { isObject, namesOfApp, sourceKeyOf, type AppBuilder } from '@multi-tenant-runner/core';
import { isAwsRefusal, type AwsApi } from './api';
import type { AppPlatformSettings } from './settings';

export interface CodeBuildSettings extends Pick<AppPlatformSettings, 'environment' | 'registry' | 'sourceBucket'> {
  readonly project: string;
}

/** https://docs.aws.amazon.com/codebuild/latest/APIReference/API_Build.html */
const ENDED: Readonly<Record<string, string>> = {
  FAILED: 'failed',
  FAULT: 'had a fault',
  TIMED_OUT: 'took too long',
  STOPPED: 'was stopped',
};

/** Builds with CodeBuild, from the source in the bucket. The buildspec is the project's own, never the repository's. */
export function createCodeBuild(api: AwsApi, settings: CodeBuildSettings): AppBuilder {
  return {
    by: 'codebuild',
    ask: async (app, { commit, deploymentId }) => {
      const { repository } = namesOfApp(settings.environment, app.app);
      const variables = {
        APP: app.app,
        COMMIT: commit,
        DIRECTORY: app.directory,
        IMAGE: `${settings.registry}/${repository}:${commit}`,
      };
      try {
        const { build } = await api.json('codebuild', 'StartBuild', {
          projectName: settings.project,
          sourceTypeOverride: 'S3',
          sourceLocationOverride: `${settings.sourceBucket}/${sourceKeyOf(app.app, commit)}`,
          environmentVariablesOverride: Object.entries(variables).map(([name, value]) => ({ name, value })),
          // The same build for five minutes; later the registry refuses a second image of the tag.
          idempotencyToken: deploymentId,
        });
        return { kind: 'asked', ...(isObject(build) && { id: String(build['id']) }) };
      } catch (error) {
        if (isAwsRefusal(error, 'AccountLimitExceededException')) return { kind: 'later' };
        if (isAwsRefusal(error, 'InvalidInputException', 'ResourceNotFoundException'))
          return { kind: 'refused', reason: `CodeBuild does not take the build: ${error.message}` };
        throw error;
      }
    },
    look: async (_app, { build }) => {
      if (build?.id === undefined) return { state: 'running' };
      const { builds } = await api.json('codebuild', 'BatchGetBuilds', { ids: [build.id] });
      const found: unknown = Array.isArray(builds) ? builds[0] : undefined;
      const status = isObject(found) ? String(found['buildStatus']) : 'IN_PROGRESS';
      if (status === 'SUCCEEDED') return { state: 'succeeded' };
      const how = ENDED[status];
      return how === undefined ? { state: 'running' } : { state: 'failed', reason: `The build ${how}: ${build.id}.` };
    },
  };
}
