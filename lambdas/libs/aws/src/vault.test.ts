import { awsError, createStubClient } from '@multi-tenant-runner/testing';
import { createSsmVault } from './vault';

const NAME = '/test/callbacks/1001';
const KEY = 'arn:aws:kms:eu-west-1:123456789012:key/k';

test('keeps a secret encrypted, in the place of what is there', async () => {
  const client = createStubClient(() => ({}));
  await createSsmVault({ client }).put(NAME, 'whsec_a');
  expect(client.sent).toEqual([
    { name: 'PutParameter', input: { Name: NAME, Value: 'whsec_a', Type: 'SecureString', Overwrite: true } },
  ]);
});

test("encrypts it with the customer's key, where there is one", async () => {
  const client = createStubClient(() => ({}));
  await createSsmVault({ client, kmsKeyArn: KEY }).put(NAME, 'whsec_a');
  expect(client.sent[0]?.input).toMatchObject({ Type: 'SecureString', KeyId: KEY });
});

test('answers a secret decrypted, and that there is none', async () => {
  const client = createStubClient(({ input }) =>
    Object(input['Names'])[0] === NAME
      ? { Parameters: [{ Name: NAME, Value: 'whsec_a' }] }
      : { Parameters: [], InvalidParameters: ['x'] },
  );
  const vault = createSsmVault({ client });
  await expect(vault.get(NAME)).resolves.toBe('whsec_a');
  await expect(vault.get('/test/callbacks/1002')).resolves.toBeUndefined();
  expect(client.sent[0]).toEqual({ name: 'GetParameters', input: { Names: [NAME], WithDecryption: true } });
});

test('removes a secret that is there, and one that is not', async () => {
  const client = createStubClient(() => ({ DeletedParameters: [], InvalidParameters: [NAME] }));
  await expect(createSsmVault({ client }).remove(NAME)).resolves.toBeUndefined();
  expect(client.sent).toEqual([{ name: 'DeleteParameters', input: { Names: [NAME] } }]);
});

test('takes a refusal for no missing secret', async () => {
  const client = createStubClient(() => awsError('AccessDeniedException', 400));
  const vault = createSsmVault({ client });
  await expect(vault.get(NAME)).rejects.toThrow('AccessDenied');
  await expect(vault.put(NAME, 'whsec_a')).rejects.not.toThrow('whsec_a');
});
