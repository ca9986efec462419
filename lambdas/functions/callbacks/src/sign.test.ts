import { Webhook } from 'standardwebhooks';
import { signatureHeaders } from './sign';

const NOW = new Date('2026-01-15T12:00:00.500Z');

test('is that of the specification, for its own example', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const example = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: '{"test": 2432232314}' };
  expect(signatureHeaders(example, [secret], new Date(1_614_265_330_000))).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

describe("a consumer that uses the specification's own library", () => {
  const [first, second] = ['whsec_Zmlyc3QgZmlyc3QgZmlyc3Q=', 'whsec_c2Vjb25kIHNlY29uZCBzZWNvbmQ='];
  const body = '{"id":"e1","type":"job.parked"}';
  // The library compares with the present time.
  const headers = (secrets: readonly string[], now = new Date()) => signatureHeaders({ id: 'e1', body }, secrets, now);

  test.each([first, second])('accepts an event while two secrets count, with either', (secret) => {
    expect(new Webhook(secret).verify(body, headers([second, first]))).toEqual({ id: 'e1', type: 'job.parked' });
  });

  test.each<[string, string, Readonly<Record<string, string>>]>([
    ['another body', `${body} `, headers([first])],
    ['another id', body, { ...headers([first]), 'webhook-id': 'e2' }],
    ['another time', body, { ...headers([first]), 'webhook-timestamp': '1' }],
    ['a time that is long ago', body, headers([first], NOW)],
    ['another secret', body, headers([second])],
  ])('refuses %s', (_what, text, given) => {
    expect(() => new Webhook(first).verify(text, { ...given })).toThrow();
  });
});
