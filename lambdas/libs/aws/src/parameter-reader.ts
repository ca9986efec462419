import { GetParametersCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { parseAwsError } from './aws-error';

/** Reads and decrypts parameters in one call; caching is up to the caller. */
export type ParameterReader = (names: readonly string[]) => Promise<ReadonlyMap<string, string>>;

export function createParameterReader({ client }: { readonly client: Pick<SSMClient, 'send'> }): ParameterReader {
  return async (names) => {
    const answer = await read(client, names);
    const values = new Map(
      (answer.Parameters ?? []).flatMap(({ Name, Value }): [string, string][] =>
        Name === undefined || Value === undefined ? [] : [[Name, Value]],
      ),
    );
    const missing = names.filter((name) => !values.has(name));
    if (missing.length > 0)
      throw new Error(`SSM has no parameter ${missing.join(', ')}; the module's github_app input creates or names it.`);
    return values;
  };
}

async function read(client: Pick<SSMClient, 'send'>, names: readonly string[]) {
  try {
    return await client.send(new GetParametersCommand({ Names: [...names], WithDecryption: true }));
  } catch (error) {
    throw new Error(
      `Could not read the parameters ${names.join(', ')} (${parseAwsError(error).code}); the function's ` +
        `role needs ssm:GetParameters and the key's kms:Decrypt.`,
      { cause: error },
    );
  }
}
