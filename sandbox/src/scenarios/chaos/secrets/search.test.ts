import { generateKeyPairSync } from 'node:crypto';
import { encodeJitConfig } from '../../../github/rest/jit-config';
import { tokenText } from '../../../github/rest/tokens';
import { searchSecrets, type Secret } from './search';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});
const secrets: readonly Secret[] = [
  { name: 'the private key', value: privateKey },
  { name: 'the webhook secret', value: '0123456789abcdef0123456789abcdef0123456789abcdef' },
];
const token = tokenText(42, 1001, Date.now());
const jit = encodeJitConfig({
  runnerId: 1,
  name: 'sandbox-i-1',
  groupId: 1,
  gitHubUrl: 'https://github.com/acme',
  workFolder: '_work',
}).text;
const found = (text: string): readonly string[] =>
  searchSecrets(secrets, [{ name: 'a log', text }]).map((one) => one.secret);
const line = (message: string): string => JSON.stringify({ level: 'error', message });

it.each<[string, string, string]>([
  ['the key as it is', privateKey, 'the private key'],
  ['the key in a JSON line', line(privateKey), 'the private key'],
  ['one line of the key', line(`Error near ${privateKey.split('\n')[5] ?? ''}`), 'the private key'],
  ['the key in base64, as Terraform gets it', line(Buffer.from(privateKey).toString('base64')), 'the private key'],
  ['the webhook secret', line('the secret is 0123456789abcdef0123456789abcdef0123456789abcdef'), 'the webhook secret'],
  ['another private key', line('-----BEGIN PRIVATE KEY-----\nMIIE'), 'a private key'],
  ['an installation token', line(`authorization: token ${token}`), 'an installation token'],
  ['the secret of a callback', line(`set: whsec_${'Ab1+'.repeat(11)}`), 'the secret of a callback'],
  ['an App JWT', line(`Bearer ${token.slice(token.indexOf('eyJ'))}`), 'a JSON web token'],
  ['a runner configuration', line(`--jitconfig ${jit}`), 'a runner configuration'],
  [
    'a body that holds a token, in base64',
    line(Buffer.from(`{"padding":"${'-'.repeat(40)}","token":"${token}"}`).toString('base64')),
    'an installation token, in base64',
  ],
])('finds %s', (_what, text, name) => {
  expect(found(`nothing here\n${text}\n`)).toContain(name);
});

it('finds nothing in what a healthy run writes', () => {
  const signature = `sha256=${'ab'.repeat(32)}`;
  expect(
    found(`${line('delivered')}\n${line(signature)}\narn:aws:sqs:us-east-1:123456789012:sandbox-builds-small`),
  ).toEqual([]);
});

it('says where, and never what', () => {
  const [finding] = searchSecrets(secrets, [{ name: 'a log', text: `xx${secrets[1]?.value ?? ''}` }]);
  expect(finding).toEqual({ place: 'a log', secret: 'the webhook secret', offset: 2 });
});
