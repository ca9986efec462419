import { createPushCredentials } from './push-credentials';

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'x', sessionToken: 'token', expiration: new Date() };
const CONFIG = {
  region: 'eu-west-1',
  credentials: async () => CREDENTIALS,
  requestHandler: { requestTimeout: 1_000 } as never,
};
const ROLE = 'arn:aws:iam::123456789012:role/test-app-push';
const ANSWER =
  '<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA1</AccessKeyId>' +
  '<SecretAccessKey>a/secret</SecretAccessKey><SessionToken>t0ken==</SessionToken>' +
  '<Expiration>2026-01-15T12:15:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>';

const source = (status: number, body: string, sent: Request[] = []) =>
  createPushCredentials({
    config: CONFIG,
    roleArn: ROLE,
    repositoriesArn: 'arn:aws:ecr:eu-west-1:123456789012:repository/',
    fetch: async (url, options) => {
      sent.push(new Request(url, options));
      return new Response(body, { status });
    },
  });

it("asks for a session of the role that may push to one repository alone, in the Region's own STS", async () => {
  const sent: Request[] = [];
  await expect(source(200, ANSWER, sent).forRepository('test/apps/shop', 'shop-1')).resolves.toEqual({
    accessKeyId: 'ASIA1',
    secretAccessKey: 'a/secret',
    sessionToken: 't0ken==',
    expiresAt: '2026-01-15T12:15:00.000Z',
  });
  const [request] = sent;
  expect(request?.url).toBe('https://sts.eu-west-1.amazonaws.com/');
  expect(request?.headers.get('authorization')).toContain('/eu-west-1/sts/aws4_request');
  const asked = new URLSearchParams(await request?.text());
  expect(Object.fromEntries(asked)).toMatchObject({ RoleArn: ROLE, RoleSessionName: 'shop-1', DurationSeconds: '900' });
  const { Statement: statements } = JSON.parse(asked.get('Policy') ?? '') as {
    readonly Statement: readonly { readonly Action: unknown; readonly Resource: string }[];
  };
  expect(statements.map(({ Resource }) => Resource)).toEqual([
    '*',
    'arn:aws:ecr:eu-west-1:123456789012:repository/test/apps/shop',
  ]);
  expect(statements[0]?.Action).toBe('ecr:GetAuthorizationToken');
});

it('says which role STS refused, and nothing that STS was sent', async () => {
  const refused = '<ErrorResponse><Error><Code>AccessDenied</Code><Message>x</Message></Error></ErrorResponse>';
  await expect(source(403, refused).forRepository('a', 'b')).rejects.toThrow(
    `STS answered 403 AccessDenied for ${ROLE}.`,
  );
  await expect(source(200, '<nothing/>').forRepository('a', 'b')).rejects.toThrow('without credentials');
});
