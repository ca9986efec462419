import { object, text, type Json } from '../lib/json';

/** A machine as the AWS side of the sandbox knows it. */
export interface MachineFacts {
  readonly instanceId: string;
  readonly state: string;
  readonly interfaceId: string;
  /** Its number among the machines of one call. */
  readonly launchIndex: number;
  readonly userData: string;
  readonly roleName: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly instanceType: string;
  readonly region: string;
  readonly metadata: { readonly tokensRequired: boolean; readonly tagsShown: boolean };
}

export interface Launcher {
  readonly machines: () => Promise<readonly MachineFacts[]>;
  /** `shutdown -h now` on the machine itself. */
  readonly shutDown: (instanceId: string) => Promise<void>;
  /** A session of the machine's role, as its metadata service provides it. */
  readonly credentials: (instanceId: string) => Promise<Json>;
  /** Ends the machine from outside, as a lost spot machine. False: there is none of that id. */
  readonly end: (instanceId: string) => Promise<boolean>;
  /** Stops and resumes the functions' polling of a queue: what gathers meanwhile comes as one batch. */
  readonly polling: (queue: string, enabled: boolean) => Promise<unknown>;
  /** The longest chain of its own messages that each function was in, as Lambda counts it against loops. */
  readonly chains: () => Promise<
    readonly { readonly name: string; readonly longest: number; readonly stopped: number }[]
  >;
  /** Refusals by AWS on demand: `{operation, code, times?, after?, match?, principal?}`. */
  readonly faults: { readonly add: (fault: unknown) => Promise<unknown>; readonly reset: () => Promise<unknown> };
}

const TIME_OUT_MS = 60_000;

export function createLauncher({ url, token }: { url: string; token: string }): Launcher {
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(`${url}/_sandbox${path}`, {
      method,
      headers: { 'x-sandbox-token': token },
      signal: AbortSignal.timeout(TIME_OUT_MS),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok)
      throw new Error(
        `The launcher answered ${answer.status} to ${method} ${path}: ${(await answer.text()).slice(0, 200)}`,
      );
    return answer.json();
  };
  const machines = async (): Promise<readonly MachineFacts[]> => {
    const listed = await call('GET', '/machines');
    return Array.isArray(listed) ? listed.map(readMachine).filter((one) => one !== undefined) : [];
  };
  const known = async (instanceId: string): Promise<boolean> =>
    (await machines()).some((one) => one.instanceId === instanceId);
  return {
    machines,
    shutDown: async (instanceId) => void (await call('POST', `/machines/${instanceId}/shutdown`)),
    credentials: async (instanceId) => object(await call('POST', `/machines/${instanceId}/credentials`)) ?? {},
    end: async (instanceId) => {
      if (!(await known(instanceId))) return false;
      await call('POST', `/machines/${instanceId}/shutdown`);
      return true;
    },
    polling: (queue, enabled) => call('POST', `/queues/${queue}/polling`, { enabled }),
    chains: async () => {
      const listed = await call('GET', '/ancestry');
      return Array.isArray(listed) ? listed.map((one) => readChain(object(one) ?? {})) : [];
    },
    faults: { add: (fault) => call('POST', '/faults', fault), reset: () => call('POST', '/faults/reset') },
  };
}

function readChain(chain: Json): { readonly name: string; readonly longest: number; readonly stopped: number } {
  return { name: text(chain['function']) ?? '', longest: Number(chain['longest']), stopped: Number(chain['stopped']) };
}

export function readMachine(value: unknown): MachineFacts | undefined {
  const given = object(value);
  const instanceId = text(given?.['instance_id']);
  const state = text(given?.['state']);
  if (given === undefined || instanceId === undefined || state === undefined) return undefined;
  const options = object(given['metadata_options']) ?? {};
  return {
    instanceId,
    state,
    interfaceId: text(given['interface_id']) ?? '',
    launchIndex: Number(given['launch_index'] ?? 0),
    userData: text(given['user_data']) ?? '',
    roleName: text(given['role_name']),
    tags: readTags(given['tags']),
    instanceType: text(given['instance_type']) ?? 'unknown',
    region: text(given['region']) ?? 'us-east-1',
    metadata: {
      tokensRequired: options['HttpTokens'] !== 'optional',
      tagsShown: options['InstanceMetadataTags'] === 'enabled',
    },
  };
}

function readTags(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(object(value) ?? {}).map(([key, tag]) => [key, String(tag)]));
}
