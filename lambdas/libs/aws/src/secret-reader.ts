import { valuesInRotation, type Clock, type SecretVersions } from '@multi-tenant-runner/core';
import type { ParameterReader } from './parameter-reader';

export interface SecretReaderDeps {
  readonly readParameters: ParameterReader;
  readonly secrets: SecretVersions;
  readonly clock: Clock;
  /** Whether every value that is good in a rotation counts, each on its own line; else the current one alone. */
  readonly inRotation?: boolean;
}

export const isSecretArn = (name: string): boolean => /^arn:[^:]+:secretsmanager:/.test(name);

/** Reads what is in SSM by its name, and what is in Secrets Manager by its ARN; caching is up to the caller. */
export function createSecretReader({
  readParameters,
  secrets,
  clock,
  inRotation = false,
}: SecretReaderDeps): ParameterReader {
  const valueOf = async (arn: string): Promise<string> => {
    const others = inRotation ? (['AWSPENDING', 'AWSPREVIOUS'] as const) : [];
    const [current, pending, previous] = await Promise.all(
      (['AWSCURRENT', ...others] as const).map((stage) => secrets.read(arn, stage)),
    );
    if (current === undefined)
      throw new Error(
        `Secrets Manager has no secret ${arn}, or no text in it; the module's github_app input names it.`,
      );
    return valuesInRotation({ current, pending, previous }, clock.now()).join('\n');
  };
  return async (names) => {
    const inSsm = names.filter((name) => !isSecretArn(name));
    const [parameters, values] = await Promise.all([
      inSsm.length === 0 ? new Map<string, string>() : readParameters(inSsm),
      Promise.all(names.filter(isSecretArn).map(async (arn) => [arn, await valueOf(arn)] as const)),
    ]);
    return new Map([...parameters, ...values]);
  };
}
