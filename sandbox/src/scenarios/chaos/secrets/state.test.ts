import { searchSecrets } from './search';
import { placesOfState } from './state';

const SECRET = { name: 'the webhook secret', value: '0123456789abcdef0123456789abcdef0123456789abcdef' };
const parameter = (module: string | undefined, attributes: object, name = 'secret'): unknown => ({
  outputs: {},
  resources: [{ module, mode: 'managed', type: 'aws_ssm_parameter', name, instances: [{ attributes }] }],
});
const search = (state: unknown): readonly string[] =>
  searchSecrets([SECRET], placesOfState(state)).map((one) => one.place);

it('lets the caller’s own parameter of links hold its value, and no other of the caller’s', () => {
  expect(search(parameter(undefined, { value: SECRET.value }, 'link_key'))).toEqual([]);
  expect(search(parameter(undefined, { value: SECRET.value }, 'other'))).toHaveLength(1);
  expect(search(parameter('module.multi_tenant_runners', { value: SECRET.value }, 'link_key'))).toHaveLength(1);
});

it('lets the App’s own parameters hold their values, and nothing else', () => {
  expect(search(parameter('module.multi_tenant_runners.module.ssm', { value: SECRET.value }))).toEqual([]);
  expect(search(parameter('module.multi_tenant_runners.module.ssm', { description: SECRET.value }))).toHaveLength(1);
  expect(search(parameter('module.multi_tenant_runners.module.runners', { value: SECRET.value }))).toHaveLength(1);
  expect(search({ outputs: { secret: { value: SECRET.value } }, resources: [] })).toEqual(['state, outputs']);
});
