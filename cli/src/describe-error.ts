import { Problem } from './problem';

/** Of Node's network: https://nodejs.org/api/errors.html#common-system-errors */
const UNREACHABLE =
  /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|EPIPE|ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/;

/** What an error says to who typed the command: one sentence, with what to do where that is known. */
export function describeError(error: unknown): string {
  if (error instanceof Problem) return error.message;
  if (!(error instanceof Error)) return 'It failed, and nothing says why.';
  switch (error.name) {
    case 'CredentialsProviderError':
      return 'There are no AWS credentials here; set AWS_PROFILE, give --profile, or sign in ("aws sso login").';
    case 'ExpiredTokenException':
    case 'ExpiredToken':
      return 'The AWS credentials have expired; sign in again.';
    case 'UnrecognizedClientException':
    case 'InvalidClientTokenId':
      return 'AWS does not know these credentials; check AWS_PROFILE and the AWS_ACCESS_KEY_ID of this shell.';
    case 'AccessDeniedException':
    case 'AccessDenied':
      return `AWS refuses this to the current identity: ${error.message}`;
    default:
      return describeCause(error) ?? (error.name === 'Error' ? error.message : `${error.name}: ${error.message}`);
  }
}

/** Of the SDK and of `fetch`, which hides the cause in its error. */
function describeCause(error: Error): string | undefined {
  if (/^Region (is missing|not accepted)/.test(error.message))
    return 'AWS needs a Region; set AWS_REGION, or give --region, such as us-east-1.';
  const cause: unknown = error.message === 'fetch failed' ? error.cause : error;
  if (!(cause instanceof Error) || !('code' in cause)) return undefined;
  const code = String(cause.code);
  if (code === 'ERR_INVALID_URL' && 'input' in cause)
    return `"${String(cause.input)}" is no address; AWS_ENDPOINT_URL and the options' addresses begin with https://.`;
  if (!UNREACHABLE.test(code)) return undefined;
  const where = 'hostname' in cause ? String(cause.hostname) : 'address' in cause ? String(cause.address) : 'It';
  return `${where} does not answer (${code}); check the network, the proxy, and the Region or address that you gave.`;
}
