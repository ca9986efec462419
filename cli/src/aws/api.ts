import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { AwsClient } from 'aws4fetch';
import type { Target } from '../connect';
import { signingKeys } from './call';
import { notFound } from '../problem';

/** The operators' API, each request signed as the caller. */
export interface OperatorsApi {
  /** @param path behind `/v1`, with its query */
  call(method: 'GET' | 'POST', path: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
}

/**
 * Region, profile and credentials as the AWS CLI finds them.
 *
 * @param address of the API, where it has one of its own; else the function's own word
 * @throws Problem when the module was applied without the API
 */
export async function connectApi({ prefix, region, profile }: Target, address?: string): Promise<OperatorsApi> {
  const config = { ...(region !== undefined && { region }), ...(profile !== undefined && { profile }) };
  const lambda = new LambdaClient(config);
  const base = address ?? `${await readAddress(lambda, prefix)}/v1`;
  return {
    call: async (method, path, headers = {}) => {
      // Each time: credentials of a role are over before a page is closed.
      const client = new AwsClient({
        ...signingKeys(await lambda.config.credentials()),
        region: await lambda.config.region(),
        service: 'execute-api',
        retries: 0,
      });
      return client.fetch(`${base}${path}`, { method, headers: { ...headers } });
    },
  };
}

async function readAddress(lambda: LambdaClient, prefix: string): Promise<string> {
  const name = `${prefix}-api`;
  try {
    const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
    return String(JSON.parse(Environment?.Variables?.['ENDPOINTS'] ?? '{}').operators);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ResourceNotFoundException') throw error;
    throw notFound(`There is no function ${name}: the module was applied without api = { enable = true }.`);
  }
}
