/** The relevant fields of any SDK error. The SDK's error classes are not imported, as each would be bundled. */
export interface AwsError {
  readonly code: string;
  readonly message: string;
  /** Undefined without a response: a timeout, a broken connection. */
  readonly httpStatus?: number;
}

export function parseAwsError(error: unknown): AwsError {
  if (!(error instanceof Error)) return { code: 'Unknown', message: 'the thrown value is not an Error' };
  const metadata: unknown = '$metadata' in error ? error.$metadata : undefined;
  const status: unknown =
    typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata
      ? metadata.httpStatusCode
      : undefined;
  return { code: error.name, message: error.message, ...(typeof status === 'number' && { httpStatus: status }) };
}

const THROTTLES: ReadonlySet<string> = new Set([
  'RequestLimitExceeded',
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'TooManyRequestsException',
  'RequestThrottled',
  'RequestThrottledException',
  'EC2ThrottledException',
  'TooManyUpdates',
]);

export function isThrottle({ code, httpStatus }: AwsError): boolean {
  return THROTTLES.has(code) || httpStatus === 429;
}
