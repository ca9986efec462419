import { decideAppScale } from './decide-app-scale';

const SHOP = { app: 'shop', state: 'active', cpu: 256, memory: 512, count: 1, port: 8_080 } as const;

test('what is not asked for stays', () => {
  const { app: _app, state: _state, ...before } = SHOP;
  expect(decideAppScale(SHOP, { count: 3 })).toEqual({ kind: 'change', before, after: { ...before, count: 3 } });
  expect(decideAppScale(SHOP, { count: undefined })).toEqual({ kind: 'change', before, after: before });
  expect(decideAppScale(SHOP, { cpu: 512, memory: 1_024, port: 80 })).toMatchObject({
    after: { cpu: 512, memory: 1_024, port: 80, count: 1 },
  });
});

test.each([
  ['a size that Fargate does not have', { cpu: 256, memory: 9_999 }],
  ['half a task', { count: 0.5 }],
  ['a port that there is not', { port: 65_536 }],
])('%s is invalid, whatever the app', (_what, asked) => {
  for (const state of ['active', 'deleted'] as const)
    expect(decideAppScale({ ...SHOP, state }, asked)).toMatchObject({ kind: 'invalid' });
});

test('an app that is deleted is not scaled', () => {
  for (const state of ['deleting', 'deleted'] as const)
    expect(decideAppScale({ ...SHOP, state }, { count: 2 })).toMatchObject({ kind: 'refuse' });
});
