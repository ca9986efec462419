import { callbackProblem, renderSecrets, secretsIn } from './callback';

test.each([
  'https://hooks.acme.com/runners?token=1',
  'https://hooks.acme.com:443/',
  'https://xn--bcher-kva.example.com/',
  'https://10.acme.com/',
])('%s may be called', (url) => {
  expect(callbackProblem(url)).toBeUndefined();
});

test.each([
  ['http://hooks.acme.com/', 'https://'],
  ['ftp://hooks.acme.com/', 'https://'],
  ['javascript:alert(1)', 'https://'],
  ['hooks.acme.com', 'address'],
  ['', 'address'],
  ['https://user:secret@hooks.acme.com/', 'password'],
  ['https://hooks.acme.com:8443/', 'port'],
  ['https://hooks.acme.com/#a', 'fragment'],
  [`https://hooks.acme.com/${'a'.repeat(500)}`, 'characters'],
  // Addresses in every form that a URL knows.
  ['https://127.0.0.1/', 'IP address'],
  ['https://169.254.169.254/latest/meta-data/', 'IP address'],
  ['https://2130706433/', 'IP address'],
  ['https://0x7f000001/', 'IP address'],
  ['https://0x7f.1/', 'IP address'],
  ['https://017700000001/', 'IP address'],
  ['https://0177.0.0.1/', 'IP address'],
  ['https://127.1/', 'IP address'],
  ['https://１２７.0.0.1/', 'IP address'],
  ['https://127。0。0。1/', 'IP address'],
  ['https://[::1]/', 'IP address'],
  ['https://[::ffff:169.254.169.254]/', 'IP address'],
  ['https://[64:ff9b::a9fe:a9fe]/', 'IP address'],
  ['https://8.8.8.8/', 'IP address'],
  // Names that are nobody's.
  ['https://localhost/', 'public name'],
  ['https://a.localhost/', 'public name'],
  ['https://metadata.google.internal/', 'public name'],
  ['https://printer.local/', 'public name'],
  ['https://hooks/', 'public name'],
  ['https://hooks.acme.com./', 'public name'],
])('%s may not: %s', (url, problem) => {
  expect(callbackProblem(url)).toContain(problem);
});

describe('a new secret', () => {
  const NOW = new Date('2026-01-15T12:00:00.000Z');
  const later = (hours: number): Date => new Date(NOW.getTime() + hours * 3_600_000);

  test('leaves the old one a day', () => {
    const text = renderSecrets('new', renderSecrets('old', undefined, NOW), NOW);
    expect(secretsIn(text, later(23))).toEqual(['new', 'old']);
    expect(secretsIn(text, later(24))).toEqual(['new']);
  });

  test('leaves no third one', () => {
    const twice = renderSecrets('second', renderSecrets('first', undefined, NOW), NOW);
    expect(secretsIn(renderSecrets('third', twice, later(1)), later(1))).toEqual(['third', 'second']);
  });
});
