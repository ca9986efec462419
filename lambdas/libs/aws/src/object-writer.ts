import { AwsClient } from 'aws4fetch';
import { REQUEST_TIMEOUT } from '@multi-tenant-runner/core';
import { sendInTime, type Env } from '@multi-tenant-runner/runtime';

export interface ObjectWriterDeps {
  /** The function's own environment, not a copy: Lambda's credentials in it are read at each call. */
  readonly env: Env;
  readonly bucket: string;
  readonly fetch?: typeof fetch;
}

const EXISTS = 412;

/**
 * Writes documents into a bucket, each name once: a second write of a name leaves the first one as it is. S3's own SDK
 * would be most of the function.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 *
 * @throws Error with S3's status when the document is not there afterwards
 */
export function createObjectWriter({ env, bucket, fetch: send = fetch }: ObjectWriterDeps) {
  const region = env['AWS_REGION'] ?? '';
  const endpoint = env['AWS_ENDPOINT_URL'];
  const base = endpoint ? `${endpoint}/${bucket}` : `https://${bucket}.s3.${region}.amazonaws.com`;
  return async (name: string, document: string): Promise<void> => {
    const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = env;
    const sessionToken = env['AWS_SESSION_TOKEN'];
    const client = new AwsClient({
      accessKeyId,
      secretAccessKey,
      ...(sessionToken && { sessionToken }),
      region,
      service: 's3',
      retries: 0,
    });
    // Encoded as the signature has it.
    const path = name.split('/').map(encodeURIComponent).join('/');
    const request = await client.sign(`${base}/${path}`, {
      method: 'PUT',
      body: document,
      headers: { 'content-type': 'application/x-ndjson', 'if-none-match': '*' },
    });
    const { status } = await sendInTime(REQUEST_TIMEOUT.aws, (signal) =>
      send(request, {
        signal: AbortSignal.any([AbortSignal.timeout(REQUEST_TIMEOUT.aws), ...(signal ? [signal] : [])]),
      }),
    );
    if (status !== EXISTS && (status < 200 || status >= 300))
      throw new Error(`S3 answered ${status} to the document ${name} for the bucket ${bucket}`);
  };
}
