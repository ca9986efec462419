import { Refuse, textOf, textsOf, type Input, type Operation } from './refuse';

/** ECR, CloudWatch Logs, Secrets Manager and CodeBuild, as far as the deployer uses them. */
export interface FakeOthers {
  /** Digests by tag, by repository. */
  readonly repositories: Map<string, Map<string, string>>;
  readonly logGroups: Map<string, { retentionInDays?: number }>;
  readonly secrets: Set<string>;
  readonly builds: Map<string, { readonly token: string; readonly variables: Input; status: string }>;
  readonly operations: Readonly<Record<string, Operation>>;
}

export function createFakeOthers(): FakeOthers {
  const repositories: FakeOthers['repositories'] = new Map();
  const logGroups: FakeOthers['logGroups'] = new Map();
  const secrets = new Set<string>();
  const builds: FakeOthers['builds'] = new Map();
  const nameOf = (arn: string): string => arn.replace(/^arn:.*:secret:/, '');
  const repository = (name: unknown): Map<string, string> => {
    const found = repositories.get(textOf(name));
    if (found === undefined) throw new Refuse('RepositoryNotFoundException');
    return found;
  };
  return {
    repositories,
    logGroups,
    secrets,
    builds,
    operations: {
      DescribeRepositories: ({ repositoryNames }) => {
        const [name] = textsOf(repositoryNames);
        repository(name);
        return { repositories: [{ repositoryName: name }] };
      },
      CreateRepository: ({ repositoryName: name }) => {
        if (repositories.has(textOf(name))) throw new Refuse('RepositoryAlreadyExistsException');
        repositories.set(textOf(name), new Map());
        return {};
      },
      PutLifecyclePolicy: ({ repositoryName: name }) => void repository(name),
      DescribeImages: ({ repositoryName: name, imageIds }) => {
        const [id] = imageIds as Input[];
        const imageDigest = repository(name).get(textOf(id?.['imageTag']));
        if (imageDigest === undefined) throw new Refuse('ImageNotFoundException');
        return { imageDetails: [{ imageDigest }] };
      },
      DeleteRepository: ({ repositoryName: name, force }) => {
        if (repository(name).size > 0 && force !== true) throw new Refuse('RepositoryNotEmptyException');
        repositories.delete(textOf(name));
        return {};
      },
      DescribeLogGroups: ({ logGroupNamePrefix: prefix }) => ({
        logGroups: [...logGroups]
          .filter(([name]) => name.startsWith(textOf(prefix)))
          .map(([logGroupName, group]) => ({ logGroupName, ...group })),
      }),
      CreateLogGroup: ({ logGroupName: name }) => {
        if (logGroups.has(textOf(name))) throw new Refuse('ResourceAlreadyExistsException');
        logGroups.set(textOf(name), {});
        return {};
      },
      PutRetentionPolicy: ({ logGroupName: name, retentionInDays }) => {
        logGroups.set(textOf(name), { retentionInDays: Number(retentionInDays) });
        return {};
      },
      DeleteLogGroup: ({ logGroupName: name }) => {
        if (!logGroups.delete(textOf(name))) throw new Refuse('ResourceNotFoundException');
        return {};
      },
      ListSecrets: ({ Filters }) => {
        const [filter] = Filters as Input[];
        const [prefix = ''] = textsOf(filter?.['Values']);
        return { SecretList: [...secrets].filter((arn) => nameOf(arn).startsWith(prefix)).map((ARN) => ({ ARN })) };
      },
      DescribeSecret: ({ SecretId }) => {
        if (!secrets.has(textOf(SecretId))) throw new Refuse('ResourceNotFoundException');
        return { ARN: SecretId };
      },
      DeleteSecret: ({ SecretId }) => {
        if (!secrets.delete(textOf(SecretId))) throw new Refuse('ResourceNotFoundException');
        return {};
      },
      StartBuild: ({ idempotencyToken, environmentVariablesOverride }) => {
        const token = textOf(idempotencyToken);
        const standing = [...builds].find(([, build]) => build.token === token)?.[0];
        const id = standing ?? `builder:${builds.size + 1}`;
        const given = environmentVariablesOverride as { readonly name: string; readonly value: string }[];
        const variables = Object.fromEntries(given.map(({ name, value }) => [name, value]));
        if (standing === undefined) builds.set(id, { token, variables, status: 'IN_PROGRESS' });
        return { build: { id } };
      },
      BatchGetBuilds: ({ ids }) => ({
        builds: textsOf(ids).map((id) => ({ id, buildStatus: builds.get(id)?.status })),
      }),
    },
  };
}
