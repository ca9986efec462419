import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseExport, parseSettings, readTemplates, renderNamespaces } from '../src';
import { SENTENCES } from '../src/find-problems';
import { fill } from '../src/template';
import { denials } from './admission';
import { POD } from './judge-pods';
import { refusals } from './pod-security';
import { completed, exceeded } from './quota';
import { can, rulesOf } from './rbac';
import { MODULE, NAMESPACE, PLANS, ROOT, SETTINGS, manifestsOf, ofKind, render, type Manifest } from './rendered';

const item = (id: string, org: string, status = 'active', more: object = {}): object => ({
  installation_id: { N: id },
  org_name: { S: org },
  status: { S: status },
  tier: { S: 'small' },
  ...more,
});
const exported = (...items: object[]): string => JSON.stringify({ Items: items });

describe('an export of the registry', () => {
  test('gives a tenant for each row that is active or suspended', () => {
    const text = exported(item('1', 'Acme'), item('2', 'Globex', 'suspended'), item('3', 'Gone', 'deleted'));
    expect(parseExport(text).map(({ name, suspended }) => [name, suspended])).toEqual([
      ['acme', false],
      ['globex', true],
    ]);
  });

  test('gives none for a row that a deletion marked, whatever its status says', () => {
    const text = exported(item('1', 'Acme', 'active', { deleted_at: { S: '2026-01-01T00:00:00.000Z' } }));
    expect(parseExport(text)).toEqual([]);
  });

  test('makes a name for DNS of a managed user, and cuts a long one', () => {
    const text = exported(item('1', 'octo_acme'), item('2', `${'a'.repeat(39)}-b`), item('3', '_Odd_'));
    expect(parseExport(text).map(({ name }) => name)).toEqual(['octo-acme', 'a'.repeat(39), 'odd']);
  });

  test('refuses two tenants that would have the same namespace', () => {
    expect(() => parseExport(exported(item('1', 'octo_acme'), item('2', 'octo-acme')))).toThrow(
      'Tenants have the same namespace: octo-acme (1, 2). Rename an organisation, or leave one out of the export.',
    );
  });

  test('refuses a file that is no export', () => {
    expect(() => parseExport('{}')).toThrow('The export has no "Items"; make it with aws dynamodb scan.');
  });
});

describe('the settings', () => {
  test('name the cluster', () => {
    expect(() => parseSettings('{}')).toThrow('The settings have no cluster_name');
  });

  test('name plans that exist', () => {
    const settings = { ...SETTINGS, tenants: { '1': { plan: 'gold' } } };
    expect(() => renderNamespaces(readTemplates(MODULE), parseExport(exported(item('1', 'Acme'))), settings)).toThrow(
      'The plan of tenant 1 must be one of free, team, business, enterprise; it is "gold".',
    );
  });

  test('put nothing into a manifest that could leave its place', () => {
    const settings = { ...SETTINGS, defaults: { cluster_admin: 'a"\nkind: Secret' } };
    expect(() => renderNamespaces(readTemplates(MODULE), parseExport(exported(item('1', 'Acme'))), settings)).toThrow(
      'A value of tenant 1 has characters that no manifest takes',
    );
  });
});

describe('the templates', () => {
  test.each([
    ['a value', 'a: ${t.a}\n', 'a: 1\n'],
    ['a loop', '%{ for x in t.list ~}\n- ${x.b}\n%{ endfor ~}\n', '- 2\n- 3\n'],
    ['a condition', '%{ if t.yes ~}\nyes\n%{ else ~}\nno\n%{ endif ~}\n', 'yes\n'],
    ['a comparison', '%{ if t.text == "other" ~}\nyes\n%{ else ~}\nno\n%{ endif ~}\n', 'no\n'],
  ])('know %s', (_, template, expected) => {
    expect(fill(template, { t: { a: 1, list: [{ b: 2 }, { b: 3 }], yes: true, text: 'text' } })).toBe(expected);
  });

  test.each([
    ['a name that is not there', '${t.a}\n', 'the template names "t.a"'],
    ['a loop without an end', '%{ for x in t.a ~}\n', 'line 1 is no whole loop'],
    ['a condition without an end', '%{ if t.a ~}\n', 'line 1 has no endif'],
    ['an end without a beginning', 'a\n%{ endif ~}\n', 'line 2 ends a block that none began'],
    ['a directive within a line', 'a: %{ if t.a ~}\n', 'line 1 has a directive that is not alone on it'],
  ])('refuse %s', (_, template, sentence) => {
    expect(() => fill(template, { t: {} })).toThrow(sentence);
  });
});

const withoutQuota = (manifests: Manifest[]): Manifest[] =>
  manifests.filter(({ kind }) => !['ResourceQuota', 'LimitRange'].includes(kind));

test('a change of the plan touches the quota and the limits alone', () => {
  const [free, business] = [render(), render(SETTINGS, { tier: 'large' })];
  expect(withoutQuota(business)).toEqual(withoutQuota(free));
  expect(ofKind(business, 'ResourceQuota')).not.toEqual(ofKind(free, 'ResourceQuota'));
});

test('a suspended tenant starts no pod and no job, and nothing else of it changes', () => {
  const suspended = render(SETTINGS, { suspended: true });
  const [quota] = ofKind(suspended, 'ResourceQuota');
  expect([quota.spec.hard.pods, quota.spec.hard['count/jobs.batch']]).toEqual(['0', '0']);
  expect(withoutQuota(suspended)).toEqual(withoutQuota(render()));
});

test('the plans grow from free to enterprise', () => {
  const pods = ['free', 'team', 'business', 'enterprise'].map((name) => Number(PLANS[name]?.['pods']));
  expect(pods).toEqual([...pods].sort((a, b) => a - b));
});

test('on shared nodes a pod needs no selector, and still tolerates no pool', () => {
  const shared = render({ ...SETTINGS, tenants: {} });
  const request = {
    operation: 'CREATE' as const,
    group: '',
    resource: 'pods',
    namespace: NAMESPACE,
    groups: [`${NAMESPACE}:user`],
  };
  const pool = { key: 'tenant-namespace/pool', operator: 'Equal', value: 'tenant-globex' };
  expect(denials(shared, { ...request, object: { spec: POD } })).toEqual([]);
  expect(denials(shared, { ...request, object: { spec: { ...POD, tolerations: [pool] } } })).toHaveLength(1);
});

test('an account with a role is annotated with it, unless Pod Identity gives it', () => {
  const annotated = render({ ...SETTINGS, defaults: { ...SETTINGS.defaults, pod_identity: false } });
  const roles = (manifests: Manifest[]): unknown[] =>
    ofKind(manifests, 'ServiceAccount').map((one) => one.metadata.annotations?.['eks.amazonaws.com/role-arn']);
  expect(roles(annotated)).toEqual([undefined, `arn:aws:iam::123456789012:role/apps.${NAMESPACE}.app`, undefined]);
  expect(roles(render())).toEqual([undefined, undefined, undefined]);
});

test('no API version is alpha or beta', () => {
  expect(render().filter(({ apiVersion }) => /alpha|beta/.test(apiVersion))).toEqual([]);
});

describe('the example of a canary', () => {
  const [rollout] = manifestsOf({
    canary: readFileSync(join(ROOT, 'examples/tenant-namespace/gitops/canary.yaml'), 'utf8'),
  });

  test('is a pod that Pod Security admits, on shared nodes', () => {
    expect(refusals(render(), rollout.spec.template.spec)).toEqual([]);
  });

  test('fits into the smallest plan, with the pod that comes before one goes', () => {
    const pods = rollout.spec.replicas + rollout.spec.strategy.canary.maxSurge;
    const [{ resources }] = rollout.spec.template.spec.containers;
    const asked = { pods, 'limits.cpu': pods * 0.2, 'requests.cpu': pods * 0.1, 'limits.memory': pods * 2 ** 28 };
    expect(completed(render(), resources).refused).toEqual([]);
    expect(exceeded(render(), {}, asked)).toEqual([]);
  });

  test('is deployed by what the persona user may write, and judged by what it may not', () => {
    const user = rulesOf(render(), `${NAMESPACE}:user`);
    const ask = { group: 'argoproj.io', verb: 'update' };
    expect(can(user, { ...ask, resource: 'rollouts' })).toBe(true);
    expect(can(user, { ...ask, resource: 'analysistemplates' })).toBe(false);
  });
});

describe('settings', () => {
  const text = (more: object): string => JSON.stringify({ ...SETTINGS, ...more });
  const open = (cidr: string, ports: readonly object[] = [{ port: 443 }]): object => ({
    defaults: { egress: { web: { cidr, ports } } },
  });

  test('are refused in the words of the module', () => {
    const variables = readFileSync(join(MODULE, 'variables.tf'), 'utf8');
    expect(SENTENCES.filter((sentence) => !variables.includes(sentence))).toEqual([]);
  });

  test.each([
    ['the metadata of the node', open('169.254.169.254/32'), 'egress must not open 169.254.0.0/16'],
    ['a block that starts within itself', open('10.20.0.1/16'), 'every cidr must be an IPv4 block'],
    ['an address that is none', open('10.20.0.300/32'), 'every cidr must be an IPv4 block'],
    ['a block without ports', open('10.0.0.0/8', []), 'every block needs ports'],
    ['a protocol of another kind', open('10.0.0.0/8', [{ port: 1, protocol: 'SCTP' }]), 'TCP or UDP'],
    ['a name with a dot', { defaults: { egress: { 'a.b': { cidr: '10.0.0.0/8', ports: [{ port: 1 }] } } } }, '42 at'],
    ['a namespace twice', { defaults: { ingress_namespaces: ['a', 'a'] } }, 'ingress_namespaces must be distinct'],
    ['the account of no name', { defaults: { service_accounts: { default: {} } } }, 'none is default'],
    ['a group of the system', { defaults: { cluster_admin: 'system:masters' } }, 'none starts with system:'],
    ['everybody', { defaults: { operator_groups: ['system:authenticated'] } }, 'a group that everybody is in'],
    ['less than the least', { tenants: { 1: { autoscaling: { web: { min: 3, max: 2 } } } } }, 'max at least min'],
    ['another isolation', { tenants: { 1: { isolation: 'vm' } } }, 'isolation must be namespace, node_pool or cluster'],
    ['no cluster', { cluster_name: 'a b' }, 'cluster_name must be the name of an EKS cluster'],
    ['no provider', { oidc_provider_arn: 'arn:aws:iam::1:role/x' }, 'oidc_provider_arn must be the ARN'],
  ])('with %s', (_what, more, sentence) => {
    expect(() => parseSettings(text(more))).toThrow(sentence);
  });

  test('with several mistakes name each', () => {
    expect(() => parseSettings(text({ cluster_name: '', ...open('1.2.3.4/8') }))).toThrow(
      'egress: every cidr must be an IPv4 block that starts at its own first address, such as 10.20.0.0/16. ' +
        'cluster_name must be the name of an EKS cluster',
    );
  });
});
