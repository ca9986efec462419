import { createVault } from './vault';

const NAME = '/test/callbacks/1001';

test("a secret is encrypted with the customer's key of parameters, where there is one", async () => {
  const sent: unknown[] = [];
  const call = async (_service: string, action: string, input: object) => void sent.push([action, input]);
  const put = { Name: NAME, Value: 'whsec_a', Type: 'SecureString', Overwrite: true };
  await createVault(call, undefined).put(NAME, 'whsec_a');
  await createVault(call, 'arn:key').put(NAME, 'whsec_a');
  expect(sent).toEqual([
    ['PutParameter', put],
    ['PutParameter', { ...put, KeyId: 'arn:key' }],
  ]);
});
