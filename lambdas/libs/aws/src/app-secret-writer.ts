import { namesOfApp, type AppSecretWriter } from '@multi-tenant-runner/core';

export interface AppSecretWriterDeps {
  readonly environment: string;
  /** CreateSecret of Secrets Manager; answers the ARN. */
  readonly create: (secret: SecretToCreate) => Promise<string | undefined>;
  /** Eight characters or more that no other secret has. */
  readonly newId: () => string;
}

export interface SecretToCreate {
  readonly Name: string;
  readonly Description: string;
  readonly SecretString: string;
  readonly ClientRequestToken: string;
  readonly Tags: readonly { readonly Key: string; readonly Value: string }[];
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html */
export function createAppSecretWriter({ environment, create, newId }: AppSecretWriterDeps): AppSecretWriter {
  return {
    keep: async ({ app, installationId }, name, value) => {
      const id = newId();
      const tags = { 'ghr:environment': environment, 'ghr:app': app, tenant_id: String(installationId) };
      const arn = await create({
        Name: `${namesOfApp(environment, app).secrets}${name}/${id.slice(0, 8)}`,
        Description: `${name} of the app ${app}.`,
        SecretString: value,
        ClientRequestToken: id,
        Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      });
      if (arn === undefined) throw new Error('Secrets Manager answered without the ARN of the new secret.');
      return arn;
    },
  };
}
