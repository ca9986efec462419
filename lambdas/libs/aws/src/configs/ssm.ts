import {
  DeleteParametersCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  PutParameterCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import { parameterName, parameterPath, TAG, Throttled, type ConfigStore } from '@multi-tenant-runner/core';
import { isThrottle, parseAwsError } from '../aws-error';
import { chunks } from '../chunks';

export interface SsmConfigStoreDeps {
  readonly client: Pick<SSMClient, 'send'>;
  readonly environment: string;
  readonly kmsKeyArn?: string;
  /** The operator's own tags. */
  readonly tags: Readonly<Record<string, string>>;
}

type Entry = Parameters<ConfigStore['put']>[0];

/** SSM deletes at most ten parameters per call. */
const NAMES_A_CALL = 10;

export function createSsmConfigStore(deps: SsmConfigStoreDeps): ConfigStore {
  const { client, environment } = deps;
  const nameOf = (installationId: number, launchId: string): string =>
    parameterName(environment, installationId, launchId);
  const put = (entry: Entry): Promise<unknown> =>
    client.send(new PutParameterCommand(buildPut(entry, nameOf(entry.installationId, entry.launchId), deps)));
  const remove = async (installationId: number, launchIds: readonly string[]): Promise<void> => {
    // SSM lists missing names in the answer and does not fail.
    for (const ids of chunks(launchIds, NAMES_A_CALL))
      await client.send(new DeleteParametersCommand({ Names: ids.map((id) => nameOf(installationId, id)) }));
  };

  return {
    put: (entry) =>
      throttling(async () => {
        try {
          await put(entry);
        } catch (error) {
          if (parseAwsError(error).code !== 'ParameterAlreadyExists') throw error;
          // SSM does not accept tags with Overwrite, and policies compare the tags.
          await remove(entry.installationId, [entry.launchId]);
          await put(entry);
        }
      }),
    take: (installationId, launchId) =>
      throttling(async () => {
        // Unlike GetParameter it does not fail where there is none.
        const Names = [nameOf(installationId, launchId)];
        const answer = await client.send(new GetParametersCommand({ Names, WithDecryption: true }));
        return answer.Parameters?.[0]?.Value;
      }),
    remove: (installationId, launchIds) => throttling(() => remove(installationId, launchIds)),
    list: (installationId) =>
      throttling(async () => {
        const path = parameterPath(environment, installationId);
        const ids: string[] = [];
        let next: string | undefined;
        do {
          const page = await client.send(
            new GetParametersByPathCommand({
              Path: path,
              WithDecryption: false,
              MaxResults: 10,
              ...(next && { NextToken: next }),
            }),
          );
          for (const { Name } of page.Parameters ?? [])
            if (Name?.startsWith(`${path}/`)) ids.push(Name.slice(path.length + 1));
          next = page.NextToken;
        } while (next !== undefined && next !== '');
        return ids;
      }),
  };
}

function buildPut(entry: Entry, Name: string, { environment, kmsKeyArn, tags }: SsmConfigStoreDeps) {
  const own = {
    [TAG.tenantId]: String(entry.installationId),
    [TAG.tenantTier]: entry.tenantTier,
    [TAG.environment]: environment,
    [TAG.runnerTier]: entry.tier,
    [TAG.launchId]: entry.launchId,
  };
  // Advanced: a configuration exceeds a standard parameter's size, and only advanced parameters expire.
  return {
    Name,
    Value: entry.value,
    Type: 'SecureString' as const,
    Tier: 'Advanced' as const,
    Policies: JSON.stringify([
      { Type: 'Expiration', Version: '1.0', Attributes: { Timestamp: entry.expiresAt.toISOString() } },
    ]),
    Tags: Object.entries({ ...tags, ...own }).map(([Key, Value]) => ({ Key, Value })),
    ...(kmsKeyArn !== undefined && { KeyId: kmsKeyArn }),
  };
}

async function throttling<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const failure = parseAwsError(error);
    if (isThrottle(failure)) throw new Throttled(`SSM throttled a call (${failure.code})`, { cause: error });
    throw error;
  }
}
