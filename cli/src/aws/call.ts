import { AwsClient } from 'aws4fetch';

/** The JSON services that mtr asks itself, as a request's `X-Amz-Target` names them. */
const SERVICES = {
  monitoring: { target: 'GraniteServiceVersion20100801', version: '1.0' },
  events: { target: 'AWSEvents', version: '1.1' },
  logs: { target: 'Logs_20140328', version: '1.1' },
  servicequotas: { target: 'ServiceQuotasV20190624', version: '1.1' },
  ce: { target: 'AWSInsightsIndexService', version: '1.1' },
  dynamodb: { target: 'DynamoDB_20120810', version: '1.0' },
  ssm: { target: 'AmazonSSM', version: '1.1' },
  secretsmanager: { target: 'secretsmanager', version: '1.1' },
} as const;
export type Service = keyof typeof SERVICES;

/** Calls an operation of a service; throws AWS's own error code and sentence. */
export type AwsCall = (service: Service, action: string, input: object) => Promise<unknown>;

export interface AwsIdentity {
  readonly region: string;
  readonly credentials: () => Promise<{
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string | undefined;
  }>;
  /** AWS_ENDPOINT_URL: of an emulator. */
  readonly endpoint?: string;
}

/** The price list of Cost Explorer is in one Region for all. */
const REGIONS: Partial<Record<Service, string>> = { ce: 'us-east-1' };

/** For eight services with a call or two each: their clients of the SDK would be half of mtr's file. */
export function createAwsCall({ region, credentials, endpoint }: AwsIdentity): AwsCall {
  return async (service, action, input) => {
    const { target, version } = SERVICES[service];
    const where = REGIONS[service] ?? region;
    const suffix = where.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
    const client = new AwsClient({ ...signingKeys(await credentials()), region: where, service, retries: 2 });
    const answer = await client.fetch(endpoint ?? `https://${service}.${where}.${suffix}/`, {
      method: 'POST',
      headers: { 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': `${target}.${action}` },
      body: JSON.stringify(input),
    });
    const body: unknown = await answer.json();
    if (answer.ok) return body;
    throw Object.assign(new Error(messageOf(body)), { name: codeOf(body) });
  };
}

/** As the signer takes them: of a user there is no session. */
export function signingKeys({
  accessKeyId,
  secretAccessKey,
  sessionToken,
}: Awaited<ReturnType<AwsIdentity['credentials']>>) {
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}

const codeOf = (body: unknown): string => String(Object(body).__type ?? 'Unknown').replace(/^.*#/, '');
const messageOf = (body: unknown): string => String(Object(body).message ?? Object(body).Message ?? 'no reason given');
