import { createRecordingLog } from '@multi-tenant-runner/testing';
import { changeOf, jobRow, tenantRow } from '../test/changes';
import { callBack, forgetGone } from './call-back';
import { EVENT_KINDS, type FleetEvent } from './catalogue';
import { decideEvents } from './decide-events';

const KINDS = new Set(EVENT_KINDS);

function createWorld() {
  const sent: FleetEvent[] = [];
  const forgotten: number[] = [];
  const callbacks = {
    url: async (installationId: number) => (installationId === 1001 ? 'https://hooks.acme.com/' : undefined),
    send: async (events: readonly FleetEvent[]) => {
      sent.push(...events);
      return new Set<FleetEvent>();
    },
    forget: async (installationId: number) => void forgotten.push(installationId),
  };
  return { callbacks, sent, forgotten, log: createRecordingLog() };
}

const jobOf = (installationId: number, number: number) =>
  changeOf('jobs', { after: jobRow({ installationId, jobId: number }) }, number);
const cleanedUp = (installationId: number) =>
  changeOf('tenants', {
    before: tenantRow({ installation_id: installationId, status: 'deleted', cleanup: 'pending' }),
    after: tenantRow({ installation_id: installationId, status: 'deleted', cleanup: 'done' }),
  });
const removed = (installationId: number) =>
  changeOf('tenants', { before: tenantRow({ installation_id: installationId }) });

test('a tenant with a callback is sent its own events, and nobody is sent those of others', async () => {
  const world = createWorld();
  const events = [jobOf(1001, 1), jobOf(1002, 2), jobOf(1001, 3)].flatMap((change) => decideEvents(change, KINDS));
  await expect(callBack(events, world)).resolves.toEqual(new Set());
  expect(world.sent.map(({ installation_id: id, data }) => [id, data['job_id']])).toEqual([
    [1001, 1],
    [1001, 3],
  ]);
});

test('what the queue did not take is told of again', async () => {
  const world = createWorld();
  const events = [jobOf(1001, 1), jobOf(1001, 2)].flatMap((change) => decideEvents(change, KINDS));
  const send = async (all: readonly FleetEvent[]) => new Set(all.slice(1));
  const failed = await callBack(events, { callbacks: { ...world.callbacks, send } });
  expect([...failed]).toEqual(events.slice(1));
});

test('nothing is sent where the module has no callbacks', async () => {
  const events = decideEvents(jobOf(1001, 1), KINDS);
  await expect(callBack(events, { callbacks: undefined })).resolves.toEqual(new Set());
});

test.each([
  ['is cleaned up', cleanedUp],
  ['has no row any more', removed],
])(
  'a tenant that %s is sent nothing, and its secret is removed, whether it has a callback or not',
  async (_how, of) => {
    const world = createWorld();
    await callBack(decideEvents(of(1001), KINDS), world);
    await forgetGone([of(1001), jobOf(1001, 1), of(1002)], world);
    expect(world.sent).toEqual([]);
    expect(world.forgotten).toEqual([1001, 1002]);
  },
);

test('a secret that could not be removed is tried again, and holds up no other', async () => {
  const world = createWorld();
  const forget = async (installationId: number): Promise<void> => {
    if (installationId === 1001) throw new Error('throttled');
    world.forgotten.push(installationId);
  };
  const changes = [cleanedUp(1001), cleanedUp(1002)];
  const failed = await forgetGone(changes, { ...world, callbacks: { ...world.callbacks, forget } });
  expect([...failed]).toEqual(changes.slice(0, 1));
  expect(world.forgotten).toEqual([1002]);
});
