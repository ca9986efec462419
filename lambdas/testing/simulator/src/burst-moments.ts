import { SECOND, type AdmissionRequest, type RunnerPlace } from '@multi-tenant-runner/core';
import type { Scheduler } from './engine/scheduler';
import type { SimulationBus } from './services/events';
import type { SentCall } from './services/ports';

/** What a job waits for until EC2 is asked for its machine, in this order. */
export const PARTS = ['webhook', 'queue and function', 'rows and admission', 'GitHub', 'line and order'] as const;
export type Part = (typeof PARTS)[number];

/** When something happened to a tenant's one job, in milliseconds. */
interface Moments {
  heard?: number;
  sent?: number;
  taken?: number;
  admitted?: number;
  gitHubAnswered?: number;
}

export interface BurstMoments {
  readonly onCall: (what: 'sent' | 'answered', call: SentCall) => void;
  watch(events: SimulationBus): void;
  /** Forgets what was before. */
  begin(): void;
  /** When the webhook told of a job. */
  heardAt(jobId: string): number;
  /** When EC2 was asked by the call of this token. */
  askedAt(clientToken: string): number;
  /** Calls of RunInstances. */
  calls(): number;
  /** Milliseconds of each part of a tenant's one job, which asked at a time. */
  partsOf(job: { readonly jobId: string; readonly installationId: number }, asked: number): readonly number[];
}

export function createBurstMoments({ now }: Pick<Scheduler, 'now'>): BurstMoments {
  const heard = new Map<string, number>();
  const asked = new Map<string, number>();
  const moments = new Map<number, Moments>();
  const of = (installationId: number): Moments => {
    const known = moments.get(installationId) ?? {};
    moments.set(installationId, known);
    return known;
  };
  return {
    onCall: (what, { port, method, args: [first], by }) => {
      if (by !== 'scale-up') return;
      if (what === 'sent') {
        const admission = method === 'admit' ? (first as AdmissionRequest).launch.installationId : undefined;
        const tenant = port === 'registry' ? first : admission;
        if (typeof tenant === 'number') of(tenant).taken ??= now();
        return;
      }
      if (method === 'admit') of((first as AdmissionRequest).launch.installationId).admitted ??= now();
      const { installationId } = Object(first) as Partial<RunnerPlace>;
      if (installationId === undefined) return;
      if (port === 'github' && method === 'findRunnerGroup') of(installationId).gitHubAnswered = now();
    },
    watch(events) {
      events.on('machines.asked', ({ clientToken }) => void asked.set(clientToken, now()));
      events.on('webhook.arrived', ({ request }) => {
        const id = /"workflow_job":\{"id":(\d+)/.exec(request.body ?? '')?.[1];
        if (id !== undefined && !heard.has(id)) heard.set(id, now());
      });
      events.on('job-message.sent', ({ group }) => void (of(Number(group)).sent ??= now()));
    },
    begin() {
      moments.clear();
      asked.clear();
    },
    heardAt: (jobId) => heard.get(jobId) ?? 0,
    askedAt: (clientToken) => asked.get(clientToken) ?? 0,
    calls: () => asked.size,
    partsOf({ jobId, installationId }, at) {
      const { sent = at, taken = at, admitted = at, gitHubAnswered = admitted } = of(installationId);
      // What GitHub answers after that delays nobody.
      const toldBy = gitHubAnswered > at ? admitted : gitHubAnswered;
      const ends = [sent, taken, admitted, toldBy, at];
      return ends.map((end, index) => end - (ends[index - 1] ?? heard.get(jobId) ?? end));
    },
  };
}

/** A line of the median and the 95th percentile of each part, in seconds. */
export function printableParts(jobs: readonly (readonly number[])[]): string {
  const seconds = (part: number, share: number): string => {
    const times = jobs.map((parts) => parts[part] ?? 0).sort((a, b) => a - b);
    return ((times[Math.floor(times.length * share)] ?? 0) / SECOND).toFixed(2);
  };
  const parts = PARTS.map((name, part) => `${name} ${seconds(part, 0.5)} / ${seconds(part, 0.95)} s`);
  return `parts, p50 / p95 ${parts.join(', ')}`;
}
