import {
  GetFunctionConfigurationCommand,
  ListEventSourceMappingsCommand,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand, ListQueuesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { object, parse, string, type AdmissionSettings } from '@multi-tenant-runner/core';
import * as v from 'valibot';
import { readAdmissionSettings, readShowsChecks, readConfig, readTierQueueUrls } from '@multi-tenant-runner/runtime';
import { notFound } from '../problem';

export interface Deployment {
  readonly settings: AdmissionSettings;
  readonly gitHubApiUrl: string;
  /** `check_runs` of the module. */
  readonly showsChecks: boolean;
  /** The customer's key of SSM parameters. */
  readonly parametersKey: string | undefined;
  readonly appIdParameter: string;
  readonly appKeyParameter: string;
  readonly subnetIds: readonly string[];
  /** By size. */
  readonly launchTemplates: Readonly<Record<string, { readonly id: string; readonly version: string }>>;
  readonly tierQueueUrls: ReadonlyMap<string, string>;
  readonly tables: {
    readonly tenants: string;
    readonly jobs: string;
    readonly launches: string;
    readonly usage: string;
  };
}

const templates = v.record(v.string(), object({ id: string, version: string }));

/**
 * What the module deployed, as its own function scale-up knows it, so that sizes and tables have one source.
 *
 * @throws Problem when there is no such function: the prefix, Region or account is another
 */
export async function readDeployment(client: Pick<LambdaClient, 'send'>, prefix: string): Promise<Deployment> {
  const name = `${prefix}-scale-up`;
  try {
    const { Environment } = await client.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
    return readConfig(Environment?.Variables ?? {}, (reader) => {
      const settings = readAdmissionSettings(reader);
      return {
        settings,
        gitHubApiUrl: reader.string('GITHUB_API_URL'),
        showsChecks: readShowsChecks(reader),
        parametersKey: reader.optionalString('KMS_KEY_ARN'),
        appIdParameter: reader.string('GITHUB_APP_ID_PARAMETER'),
        appKeyParameter: reader.string('GITHUB_APP_KEY_PARAMETER'),
        subnetIds: reader.strings('SUBNET_IDS'),
        launchTemplates: reader.json<Deployment['launchTemplates']>('LAUNCH_TEMPLATES', {}, (value) =>
          parse(templates, value, { root: '' }),
        ),
        tierQueueUrls: readTierQueueUrls(reader, settings.tiers),
        tables: {
          tenants: reader.string('TENANTS_TABLE'),
          jobs: reader.string('JOBS_TABLE'),
          launches: reader.string('LAUNCHES_TABLE'),
          usage: reader.string('USAGE_TABLE'),
        },
      };
    });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ResourceNotFoundException') throw error;
    throw notFound(
      `There is no function ${name} in this account and Region; check --prefix, --region and --profile ` +
        '(--prefix is the prefix of the module).',
    );
  }
}

/** Whether `events.callbacks` is on: the function that sends them is there. */
export async function findCallbacks(client: Pick<LambdaClient, 'send'>, prefix: string): Promise<boolean> {
  try {
    await client.send(new GetFunctionConfigurationCommand({ FunctionName: `${prefix}-callbacks` }));
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return false;
    throw error;
  }
}

/** The ids of scale-up's event source mappings. */
export async function listLaunchTriggers(client: Pick<LambdaClient, 'send'>, prefix: string): Promise<string[]> {
  const { EventSourceMappings = [] } = await client.send(
    new ListEventSourceMappingsCommand({ FunctionName: `${prefix}-scale-up` }),
  );
  return EventSourceMappings.flatMap(({ UUID }) => (UUID === undefined ? [] : [UUID]));
}

/** Every queue of the module with what waits in it. */
export async function countMessages(
  client: Pick<SQSClient, 'send'>,
  prefix: string,
): Promise<readonly { readonly queue: string; readonly messages: number }[]> {
  const urls = await listQueueUrls(client, prefix);
  const asked = urls.map((QueueUrl) =>
    client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] })),
  );
  return (await Promise.all(asked)).map(({ Attributes = {} }, index) => ({
    queue: (urls[index] ?? '').replace(/^.*\//, ''),
    messages: Number(Attributes['ApproximateNumberOfMessages'] ?? 0),
  }));
}

export async function listQueueUrls(client: Pick<SQSClient, 'send'>, prefix: string): Promise<readonly string[]> {
  const { QueueUrls = [] } = await client.send(
    new ListQueuesCommand({ QueueNamePrefix: `${prefix}-`, MaxResults: 1000 }),
  );
  return QueueUrls;
}
