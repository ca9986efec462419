import { createHandler } from '@multi-tenant-runner/machine/handler';
import type { HttpRequest, HttpResponse } from '@multi-tenant-runner/runtime';
import { LIMITS, type System } from './system';

type Said = Readonly<Record<string, unknown>>;

/** By machine, the secret that it was given with its configuration; whichever test's side of it asks. */
const reportSecrets = new WeakMap<System, Map<string, string>>();

/** What a test gives instead of what the machine knows. */
interface ClaimOptions {
  readonly secret?: string;
  readonly interfaceId?: string;
  readonly nonce?: string;
  readonly launchIndex?: number;
}

/** A machine as the API sees it: it claims with what is in its user data, and reports with what it was answered. */
export interface MachineSide {
  call(path: string, body: unknown, options?: Pick<HttpRequest, 'requestContext'>): Promise<HttpResponse>;
  claim(instanceId: string, options?: ClaimOptions): Promise<HttpResponse>;
  /** Whether it has its configuration, which it claims where it has not yet. */
  isConfigured(instanceId: string): Promise<boolean>;
  /** @throws where it is not recorded */
  says(instanceId: string, ...events: readonly Said[]): Promise<void>;
}

/** @param system each one has containers of its own */
export function createMachineSide(system: System): MachineSide {
  const { launches, configs, pool, clock, log } = system.harness;
  const handle = createHandler({ launches, configs, pool, clock, log, bootTimeout: LIMITS.bootTimeout });
  const rowOf = (instanceId: string) =>
    system.harness.state.launches.all().find((row) => row.instanceId === instanceId);
  const said = new Map<string, string>();
  const given = reportSecrets.get(system) ?? new Map<string, string>();
  reportSecrets.set(system, given);
  const side: MachineSide = {
    call: (path, body, options) => handle({ ...options, rawPath: `/machine/${path}`, body: JSON.stringify(body) }),
    claim: async (instanceId, { secret, interfaceId, launchIndex, nonce = nonceOf(instanceId) } = {}) => {
      const machine = system.harness.state.fleet.machines.get(instanceId);
      const claimSecret = secret ?? machine?.request.userData.claimSecret;
      const own = interfaceId ?? machine?.interfaceId;
      const who = { instance_id: instanceId, interface_id: own, launch_index: launchIndex ?? machine?.launchIndex };
      const answer = await side.call('claim', { ...who, secret: claimSecret, nonce });
      if (answer.statusCode === 200) given.set(instanceId, String(JSON.parse(answer.body ?? '{}').report_secret));
      return answer;
    },
    isConfigured: async (instanceId) => {
      return rowOf(instanceId)?.claim !== undefined || (await side.claim(instanceId)).statusCode === 200;
    },
    says: async (instanceId, ...events) => {
      if (!(await side.isConfigured(instanceId))) throw new Error(`${instanceId} has no configuration`);
      const secret = given.get(instanceId);
      const state = said.get(instanceId);
      const answer = await side.call('report', { instance_id: instanceId, secret, state, events });
      said.set(instanceId, answer.headers['ghr-state'] ?? '');
      if (answer.statusCode !== 204) throw new Error(`${instanceId} is not heard: ${answer.body}`);
    },
  };
  return side;
}

const nonceOf = (instanceId: string): string => `nonce-of-the-boot-of-${instanceId}`;
