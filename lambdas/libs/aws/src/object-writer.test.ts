import { createObjectWriter } from './object-writer';

const env = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 'secret' };

function writing(status: number, own: Readonly<Record<string, string>> = {}) {
  const sent: Request[] = [];
  const send = async (request: Parameters<typeof fetch>[0]): Promise<Response> => {
    sent.push(request as Request);
    return new Response(null, { status });
  };
  return { sent, write: createObjectWriter({ env: { ...env, ...own }, bucket: 'trail', fetch: send }) };
}

test('writes a document under a name that has none, signed', async () => {
  const { sent, write } = writing(200, { AWS_SESSION_TOKEN: 'token' });
  await write('audit/day=2026-01-15/a.jsonl', '{}\n');
  const [request] = sent;
  expect(request?.url).toBe('https://trail.s3.eu-central-1.amazonaws.com/audit/day%3D2026-01-15/a.jsonl');
  expect(request?.method).toBe('PUT');
  expect(request?.headers.get('if-none-match')).toBe('*');
  expect(request?.headers.get('x-amz-security-token')).toBe('token');
  expect(request?.headers.get('authorization')).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-central-1\/s3\/aws4_request, SignedHeaders=.*if-none-match/,
  );
  await expect(request?.text()).resolves.toBe('{}\n');
});

test('takes a name that has its document for written', async () => {
  await expect(writing(412).write('a', '{}')).resolves.toBeUndefined();
});

test.each([403, 409, 503, 301])('fails where S3 answers %d', async (status) => {
  await expect(writing(status).write('a', '{}')).rejects.toThrow(`S3 answered ${status}`);
});
