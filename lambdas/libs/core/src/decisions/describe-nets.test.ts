import { describeNets } from './describe-nets';

const NOW = new Date('2026-01-15T12:00:00.000Z');
const fresh = {
  sweepOpen: '{"since":"2026-01-15T11:58:00.000Z","at":"2026-01-15T11:59:00.000Z"}',
  sweepTable: '{"after":7,"since":"2026-01-15T11:00:00.000Z","at":"2026-01-15T11:30:00.000Z"}',
  failedDeliveries: '{"floor":"2026-01-15T11:00:00.000Z","readTo":"2026-01-15T11:58:00.000Z"}',
  allDeliveries: '{"floor":"2026-01-15T11:00:00.000Z","readTo":"2026-01-15T11:57:00.000Z"}',
  installations: '2026-01-15T02:00:00.000Z',
};
const behind = (nets: ReturnType<typeof describeNets>): Record<string, number | undefined> =>
  Object.fromEntries(nets.map(({ net, behindSeconds }) => [net, behindSeconds]));
const late = (nets: ReturnType<typeof describeNets>): string[] => nets.filter((net) => net.late).map(({ net }) => net);

test('says how far each net is behind, by whatever its bookmark is', () => {
  const nets = describeNets(fresh, true, NOW);
  expect(behind(nets)).toEqual({
    sweepOpen: 60,
    sweepTable: 1_800,
    failedDeliveries: 120,
    allDeliveries: 180,
    installations: 36_000,
  });
  expect(late(nets)).toEqual([]);
});

test('a net is late once its bookmark is older than it gets while the net works', () => {
  const old = '2026-01-13T00:00:00.000Z';
  const nets = Object.fromEntries(Object.keys(fresh).map((net) => [net, old]));
  expect(late(describeNets({ ...fresh, ...nets }, true, NOW))).toEqual(Object.keys(fresh));
});

test('the sweep of open tenants is not late while none is open', () => {
  const nets = { ...fresh, sweepOpen: '{"at":"2026-01-13T00:00:00.000Z"}' };
  expect(late(describeNets(nets, false, NOW))).toEqual([]);
});

test.each([undefined, 'nonsense', '{}', '{"at":7}'])('a bookmark that tells nothing (%p) is not late', (bookmark) => {
  const [net] = describeNets({ ...fresh, sweepOpen: bookmark }, true, NOW);
  expect(net).toEqual({ net: 'sweepOpen', what: expect.any(String), late: false });
});
