import { delivery, createWebhookHarness, workflowJob } from '../test/deliveries';
import { parseSourceCidrs, type SourceFilter } from './source-addresses';

/** Of the documentation's networks; the first two are shaped like GitHub's own entries. */
const CIDRS = ['192.0.2.0/24', '2001:db8:40::/44', '198.51.100.7/32'];

function filterOf(cidrs: readonly string[]): SourceFilter {
  const decoded = parseSourceCidrs(cidrs);
  if (!decoded.ok) throw new Error(decoded.problems.join('; '));
  return decoded.value;
}

test.each([
  ['the first address of a block', '192.0.2.0', true],
  ['its last', '192.0.2.255', true],
  ['one after it', '192.0.3.0', false],
  ['a single address', '198.51.100.7', true],
  ['its neighbour', '198.51.100.8', false],
  ['an IPv6 address within', '2001:db8:4f:ffff::1', true],
  ['an IPv6 address outside', '2001:db8:50::1', false],
  ['an IPv4 address in IPv6’s notation', '::ffff:192.0.2.9', true],
  ['another in that notation', '::ffff:192.0.3.9', false],
  ['what is no address', 'localhost', false],
  ['an address with something after it', '192.0.2.9, 203.0.113.1', false],
  ['none', undefined, false],
])('%s (%s): %s', (_name, address, expected) => {
  expect(filterOf(CIDRS)(address)).toBe(expected);
});

test.each(['192.0.2.1', undefined, '2001:db8::1'])('an empty list lets %s in', (address) => {
  expect(filterOf([])(address)).toBe(true);
});

test.each([
  [['192.0.2.0']],
  [['192.0.2.0/33']],
  [['2001:db8::/129']],
  [['example.com/24']],
  [[7]],
  ['192.0.2.0/24'],
  [null],
])('%j is refused', (value) => {
  expect(parseSourceCidrs(value)).toMatchObject({ ok: false });
});

describe('a delivery', () => {
  const from = (sourceIp: string | undefined, secret?: string) => ({
    ...delivery('workflow_job', workflowJob(), secret === undefined ? {} : { secret }),
    ...(sourceIp !== undefined && { requestContext: { http: { sourceIp } } }),
  });

  it('from elsewhere is answered 403 before its signature is looked at, and counted', async () => {
    const harness = createWebhookHarness({ acceptsFrom: filterOf(CIDRS) });
    harness.addTenant();
    const response = await harness.send(from('203.0.113.1'));
    expect(response.statusCode).toBe(403);
    expect(response.message).toMatch(/webhook\.allowed_source_cidrs/);
    expect(harness.reads).toBe(0);
    expect(harness.state.jobs.all()).toEqual([]);
    expect(harness.metrics.counted).toEqual([{ name: 'WebhookRefused', value: 1, properties: { reason: 'source' } }]);
  });

  it('without an address is refused where a list is given', async () => {
    const harness = createWebhookHarness({ acceptsFrom: filterOf(CIDRS) });
    expect((await harness.send(from(undefined))).statusCode).toBe(403);
  });

  it('from the list is taken, and still needs its signature', async () => {
    const harness = createWebhookHarness({ acceptsFrom: filterOf(CIDRS) });
    harness.addTenant();
    expect((await harness.send(from('192.0.2.5'))).statusCode).toBe(202);
    expect((await harness.send(from('192.0.2.5', 'guessed'))).statusCode).toBe(401);
  });

  it('is not believed what its own headers say of its address', async () => {
    const harness = createWebhookHarness({ acceptsFrom: filterOf(CIDRS) });
    const request = from('203.0.113.1');
    expect(
      (await harness.send({ ...request, headers: { ...request.headers, 'x-forwarded-for': '192.0.2.5' } })).statusCode,
    ).toBe(403);
  });
});
