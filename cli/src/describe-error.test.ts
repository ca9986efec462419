import { describeError } from './describe-error';
import { usage } from './problem';

const named = (name: string, message = ''): Error => Object.assign(new Error(message), { name });
const failed = (cause: object): Error => new TypeError('fetch failed', { cause: Object.assign(new Error(), cause) });

test.each([
  [usage('Give --prefix.'), 'Give --prefix.'],
  ['a string', 'It failed, and nothing says why.'],
  [new Error('Region is missing'), 'AWS needs a Region; set AWS_REGION, or give --region, such as us-east-1.'],
  [new Error('Region not accepted: region="" is not a valid hostname component.'), /^AWS needs a Region; set/],
  [named('ExpiredTokenException'), 'The AWS credentials have expired; sign in again.'],
  [
    named('UnrecognizedClientException', 'The security token is invalid'),
    /^AWS does not know these credentials; check/,
  ],
  [named('CredentialsProviderError', 'Could not load'), /^There are no AWS credentials here; set AWS_PROFILE/],
  [
    Object.assign(new Error('getaddrinfo ENOTFOUND'), {
      code: 'ENOTFOUND',
      hostname: 'lambda.nowhere-1.amazonaws.com',
    }),
    /^lambda\.nowhere-1\.amazonaws\.com does not answer \(ENOTFOUND\); check the network/,
  ],
  [failed({ code: 'ECONNREFUSED', address: '127.0.0.1' }), /^127\.0\.0\.1 does not answer \(ECONNREFUSED\)/],
  [failed({ code: 'UND_ERR_CONNECT_TIMEOUT' }), /^It does not answer \(UND_ERR_CONNECT_TIMEOUT\)/],
  [failed({ code: 'ERR_INVALID_URL', input: 'nonsense/x' }), /^"nonsense\/x" is no address; AWS_ENDPOINT_URL and/],
  [failed({}), 'TypeError: fetch failed'],
  [new Error('What AWS says.'), 'What AWS says.'],
  [named('ValidationException', 'What AWS says.'), 'ValidationException: What AWS says.'],
])('%s is said as %s', (error, sentence) => {
  expect(describeError(error)).toMatch(typeof sentence === 'string' ? new RegExp(`^${sentence}$`) : sentence);
});
