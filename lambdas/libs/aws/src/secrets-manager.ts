import { CreateSecretCommand, GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SecretVersions } from '@multi-tenant-runner/core';
import type { SecretToCreate } from './app-secret-writer';
import { parseAwsError } from './aws-error';

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html */
export function createSecretVersions({
  client,
}: {
  readonly client: Pick<SecretsManagerClient, 'send'>;
}): SecretVersions {
  return {
    read: async (arn, stage) => {
      try {
        const answer = await client.send(new GetSecretValueCommand({ SecretId: arn, VersionStage: stage }));
        const { SecretString: value, CreatedDate: createdAt } = answer;
        // One that was stored as bytes has no string, and is none of ours.
        return value === undefined || createdAt === undefined ? undefined : { value, createdAt };
      } catch (error) {
        const { code } = parseAwsError(error);
        if (code === 'ResourceNotFoundException') return undefined;
        throw new Error(
          `Could not read the secret ${arn} (${code}); the function's role needs secretsmanager:GetSecretValue and ` +
            "the key's kms:Decrypt.",
          { cause: error },
        );
      }
    },
  };
}

/** As the SDK's client sends it. */
export function createSecretIn(
  client: Pick<SecretsManagerClient, 'send'>,
): (secret: SecretToCreate) => Promise<string | undefined> {
  return async ({ Tags, ...secret }) =>
    (await client.send(new CreateSecretCommand({ ...secret, Tags: Tags.map((tag) => ({ ...tag })) }))).ARN;
}
