import { SECOND } from '@multi-tenant-runner/core';
import type { HttpResponse } from '@multi-tenant-runner/runtime';
import type { Outcome } from '../engine/lambda';
import type { Random } from '../engine/random';
import type { Scheduler } from '../engine/scheduler';
import type { FaultSettings } from '../scenario/fault-kinds';
import type { SimMachine } from '../scenario/model';
import type { SimulationBus } from './events';

/** What a machine gets for its claim. `later`: it may ask again. */
export type ClaimOutcome =
  | { readonly kind: 'granted'; readonly jitConfig: string }
  | { readonly kind: 'refused' }
  | { readonly kind: 'later' };

/** A machine's calls of the API, over a network that loses some. */
export interface MachineCalls {
  claim(machine: SimMachine, onEnd: (outcome: ClaimOutcome) => void): void;
  /** Sent again a few times if it is not heard; then nobody knows. */
  report(machine: SimMachine, events: readonly Record<string, unknown>[]): void;
}

const TRIES = 4;

export function createMachineCalls(deps: {
  readonly events: SimulationBus;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly faultKinds: FaultSettings;
}): MachineCalls {
  const { events, scheduler, random, faultKinds } = deps;
  const secrets = new Map<string, string>();
  const said = new Map<string, string>();

  events.on('machine.forgotten', ({ instanceId }) => {
    secrets.delete(instanceId);
    said.delete(instanceId);
  });
  const call = (what: 'claim' | 'report', body: object, onEnd: (answer: HttpResponse | undefined) => void): void => {
    if (faultKinds.has('lost-answer') && random.chance(0.01)) return onEnd(undefined);
    const answered = (outcome: Outcome<HttpResponse>): void => {
      const lost = faultKinds.has('lost-answer') && random.chance(0.01);
      onEnd(lost || outcome.kind !== 'answer' ? undefined : outcome.answer);
    };
    events.emit('machine.called', {
      request: { rawPath: `/machine/${what}`, body: JSON.stringify(body) },
      onEnd: answered,
    });
  };
  const report = (machine: SimMachine, body: object, tries: number): void => {
    if (tries > TRIES || machine.phase === 'over') return;
    const { instanceId } = machine.record;
    call('report', { ...body, state: said.get(instanceId) }, (answer) => {
      if (answer?.statusCode === 204) said.set(instanceId, answer.headers['ghr-state'] ?? '');
      if (answer?.statusCode === 204 || answer?.statusCode === 403) return;
      scheduler.after(2 * SECOND, () => report(machine, body, tries + 1));
    });
  };

  return {
    claim: ({ record }, onEnd) => {
      const { instanceId, interfaceId, launchIndex, request } = record;
      const nonce = `nonce-of-the-boot-of-${instanceId}`;
      const body = {
        ...{ instance_id: instanceId, interface_id: interfaceId, launch_index: launchIndex },
        ...{ secret: request.userData.claimSecret, nonce },
      };
      call('claim', body, (answer) => {
        if (answer?.statusCode === 403) return onEnd({ kind: 'refused' });
        if (answer?.statusCode !== 200) return onEnd({ kind: 'later' });
        const { jit_config: jitConfig, report_secret: secret } = JSON.parse(answer.body) as Record<string, string>;
        secrets.set(instanceId, String(secret));
        onEnd({ kind: 'granted', jitConfig: String(jitConfig) });
      });
    },
    report: (machine, said) => {
      const { instanceId } = machine.record;
      const secret = secrets.get(instanceId);
      if (secret !== undefined) report(machine, { instance_id: instanceId, secret, events: said }, 1);
    },
  };
}
