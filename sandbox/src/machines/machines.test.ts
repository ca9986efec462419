import { withoutSecrets } from './log';
import { readMachine, type MachineFacts } from './launcher';
import { decideMachines } from './machines';

const machine = (instanceId: string, state: string): MachineFacts => ({
  instanceId,
  state,
  userData: '',
  interfaceId: 'eni-0123456789abcdef0',
  launchIndex: 0,
  roleName: undefined,
  tags: {},
  instanceType: 't3.medium',
  region: 'us-east-1',
  metadata: { tokensRequired: true, tagsShown: true },
});

it('boots what runs and is new, once', () => {
  const seen = [machine('i-1', 'pending'), machine('i-2', 'running'), machine('i-3', 'running')];
  expect(decideMachines(seen, new Set(['i-3']))).toEqual({ boot: [seen[1]], end: [] });
});

it.each(['shutting-down', 'terminated', 'stopping', 'stopped'])('ends a machine that is %s', (state) => {
  expect(decideMachines([machine('i-1', state)], new Set(['i-1']))).toEqual({ boot: [], end: ['i-1'] });
});

it('ends a machine that AWS no longer lists', () => {
  expect(decideMachines([], new Set(['i-1'])).end).toEqual(['i-1']);
});

it("reads the launcher's list, whatever it holds", () => {
  expect(
    readMachine({
      instance_id: 'i-1',
      state: 'running',
      tags: { 'ghr:tenant_id': 42 },
      role_name: null,
      metadata_options: { HttpTokens: 'required', InstanceMetadataTags: 'enabled' },
    }),
  ).toMatchObject({
    instanceId: 'i-1',
    interfaceId: '',
    roleName: undefined,
    tags: { 'ghr:tenant_id': '42' },
    metadata: { tokensRequired: true, tagsShown: true },
  });
  expect(readMachine({ instance_id: 'i-1', state: 'running' })?.metadata.tagsShown).toBe(false);
  for (const nonsense of [null, 'i-1', {}, { instance_id: 'i-1' }]) expect(readMachine(nonsense)).toBeUndefined();
});

it('leaves configurations and tokens out of logs', () => {
  expect(withoutSecrets(`--jitconfig ${'eyJ'.repeat(400)} ok`)).toBe('--jitconfig [left out] ok');
  expect(withoutSecrets('a line of /an/ordinary/length')).toBe('a line of /an/ordinary/length');
});
