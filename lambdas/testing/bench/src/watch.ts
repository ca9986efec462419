import { SECOND } from '@multi-tenant-runner/core';
import { newMeter, type Meter, type MeteredClient } from './metered-client';

export interface Visit extends Meter {
  readonly seconds: number;
}

/** Tells whose calls are whose, by the installation that a port's method is called with. */
export interface Watch {
  port<T extends object>(target: T): T;
  /** Another run begins. */
  begin(): void;
  /** What was called for a tenant in this run; undefined: nothing. */
  meterOf(installationId: number): Meter | undefined;
  visitsOf(installationId: number): readonly Visit[];
}

interface Open extends Meter {
  readonly since: number;
  until: number;
}

/** A visit of the sweep begins with its note. */
const NOTE = /^visit-(\d+)$/;

export function createWatch({ of }: Pick<MeteredClient, 'of'>): Watch {
  let visits = new Map<number, Open[]>();
  const begin = (installationId: number): Open => {
    const visit = { ...newMeter(), since: performance.now(), until: performance.now() };
    visits.set(installationId, [...(visits.get(installationId) ?? []), visit]);
    return visit;
  };
  const visitOf = (method: string, [subject]: readonly unknown[]): Open | undefined => {
    const noted = typeof subject === 'string' ? NOTE.exec(subject)?.[1] : undefined;
    if (noted !== undefined && method === 'readCursor') return begin(Number(noted));
    const installationId = noted === undefined ? subject : Number(noted);
    return typeof installationId === 'number' ? visits.get(installationId)?.at(-1) : undefined;
  };
  const sum = (all: readonly Meter[]): Meter => ({
    requests: all.reduce((total, { requests }) => total + requests, 0),
    readUnits: all.reduce((total, { readUnits }) => total + readUnits, 0),
    writeUnits: all.reduce((total, { writeUnits }) => total + writeUnits, 0),
  });
  return {
    begin: () => {
      visits = new Map();
    },
    meterOf: (id) => {
      const own = visits.get(id);
      return own && sum(own);
    },
    visitsOf: (id) =>
      (visits.get(id) ?? []).map(({ since, until, ...meter }) => ({ ...meter, seconds: (until - since) / SECOND })),
    port: (target) =>
      new Proxy(target, {
        get(object, key, receiver) {
          const member: unknown = Reflect.get(object, key, receiver);
          if (typeof member !== 'function' || typeof key !== 'string') return member;
          return async (...args: unknown[]) => {
            const visit = visitOf(key, args);
            if (visit === undefined) return (await member.apply(object, args)) as unknown;
            try {
              return (await of(visit, () => member.apply(object, args) as unknown)) as unknown;
            } finally {
              visit.until = performance.now();
            }
          };
        },
      }),
  };
}
