import type { Faults } from '../faults/faults';
import { readDeliveryFault, readGitHubFault, readMachineFault } from '../faults/requests';
import { route, type Answer, type Call, type Route } from '../lib/http';
import { object, parse } from '../lib/json';

export interface FaultOptions {
  readonly faults: Faults;
  /** Pulls a machine's plug, as a lost spot machine or an operator would. False: there is no such machine. */
  readonly endMachine: (instanceId: string) => Promise<boolean>;
  readonly polling: (queue: string, enabled: boolean) => Promise<unknown>;
  /** The launcher's own faults: refusals by AWS. */
  readonly aws: { readonly add: (fault: unknown) => Promise<unknown>; readonly reset: () => Promise<unknown> };
}

/** What goes wrong on demand. */
export function faultRoutes(prefix: string, { faults, endMachine, polling, aws }: FaultOptions): readonly Route[] {
  const base = `${prefix}/faults`;
  const adding =
    <T extends object>(read: (body: unknown) => T | string, add: (fault: T) => void) =>
    (call: Call): Answer => {
      const wanted = read(parse(call.body));
      if (typeof wanted === 'string') return { status: 400, body: { message: wanted } };
      add(wanted);
      return { status: 201, body: faults.list() };
    };
  return [
    route('GET', base, () => ({ status: 200, body: faults.list() })),
    route('DELETE', base, async () => {
      faults.reset();
      await aws.reset();
      return { status: 204 };
    }),
    route(
      'POST',
      `${base}/github`,
      adding((body) => readGitHubFault(body, Date.now()), faults.addGitHub),
    ),
    route('POST', `${base}/deliveries`, adding(readDeliveryFault, faults.addDelivery)),
    route('POST', `${base}/machines`, adding(readMachineFault, faults.addMachine)),
    route('POST', `${base}/aws`, async (call) => {
      try {
        return { status: 201, body: await aws.add(parse(call.body)) };
      } catch (error) {
        return { status: 400, body: { message: error instanceof Error ? error.message : String(error) } };
      }
    }),
    route('PUT', `${base}/polling/{queue}`, async (call) => {
      const enabled = object(parse(call.body))?.['enabled'];
      if (typeof enabled !== 'boolean') return { status: 400, body: { message: 'enabled: neither true nor false.' } };
      return { status: 200, body: await polling(call.params['queue'] ?? '', enabled) };
    }),
    route('POST', `${prefix}/machines/{id}/end`, async (call) =>
      (await endMachine(call.params['id'] ?? ''))
        ? { status: 204 }
        : { status: 404, body: { message: `There is no machine ${call.params['id'] ?? ''}.` } },
    ),
  ];
}
