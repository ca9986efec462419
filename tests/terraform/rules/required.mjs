// The required inputs, tags and events. Each rule rejects something, and accepts something close.
const KEY = 'LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQo=';
const ID_PARAMETER = { arn: 'arn:aws:ssm:us-east-1:123456789012:parameter/github/id', name: '/github/id' };

/** [what, inputs, sentence] */
export const REJECTED = [
  ["a prefix that makes runner names too long", { prefix: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' }, undefined],
  ["a prefix with a slash", { prefix: 'my/saas' }, undefined],
  ["a prefix that ends in a hyphen", { prefix: 'my-saas-' }, undefined],
  ["a prefix of one character", { prefix: 'a' }, undefined],
  ["a prefix that SSM reserves", { prefix: 'AWS-runners' }, undefined],
  ["the name of the default bus as prefix", { prefix: 'default' }, undefined],
  ["a region that is none", { aws_region: 'virginia' }, undefined],
  ["a VPC id that is none", { vpc_id: 'my-vpc' }, undefined],
  ["an empty list of subnets", { subnet_ids: [] }, undefined],
  ["a subnet id that is none", { subnet_ids: ['subnet-0123456789abcdef0', 'private-a'] }, undefined],
  ["a subnet named twice", { subnet_ids: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef0'] }, undefined],
  ["a tag that the isolation relies on", { tags: { 'ghr:environment': 'other' } }, undefined],
  ["a tag that AWS reserves", { tags: { 'AWS:thing': 'x' } }, undefined],
  ["the tag that binds a parameter to its machine", { tags: { InstanceId: 'i-0' } }, undefined],
  ["more tags than fit", { tags: Object.fromEntries(Array.from({ length: 41 }, (_, n) => [`key-${n}`, 'v'])) }, undefined],
  ["an event name with a dot", { eventbridge: { accept_events: ['installation.created'] } }, undefined],
  ["an app without an id", { github_app: { key_base64: KEY, webhook_secret: 'a-secret-of-the-tests' } }, undefined],
  ["an id given twice", { github_app: { id: '4711', key_base64: KEY, webhook_secret: 'a-secret-of-the-tests', id_ssm: ID_PARAMETER } }, undefined],
  ["an app without a key", { github_app: { id: '4711', webhook_secret: 'a-secret-of-the-tests' } }, undefined],
  ["a key given twice", { github_app: { id: '4711', key_base64: KEY, webhook_secret: 'a-secret-of-the-tests', key_base64_ssm: ID_PARAMETER } }, undefined],
  ["an app without a webhook secret", { github_app: { id: '4711', key_base64: KEY } }, undefined],
  ["a webhook secret given twice", { github_app: { id: '4711', key_base64: KEY, webhook_secret: 'a-secret-of-the-tests', webhook_secret_ssm: ID_PARAMETER } }, undefined],
  ["a client id in place of the app id", { github_app: { id: 'Iv23liAbCdEf', key_base64: KEY, webhook_secret: 'a-secret-of-the-tests' } }, undefined],
  ["a key that is not encoded", { github_app: { id: '4711', key_base64: '-----BEGIN RSA PRIVATE KEY-----', webhook_secret: 'a-secret-of-the-tests' } }, undefined],
  ["a key that is something else encoded", { github_app: { id: '4711', key_base64: Buffer.from('hello').toString('base64'), webhook_secret: 'a-secret-of-the-tests' } }, undefined],
  ["a blank webhook secret", { github_app: { id: '4711', key_base64: KEY, webhook_secret: '  ' } }, undefined],
  ["a reference whose ARN is of another parameter", { github_app: { key_base64: KEY, webhook_secret: 'a-secret-of-the-tests', id_ssm: { arn: 'arn:aws:ssm:us-east-1:123456789012:parameter/github/key', name: '/github/id' } } }, undefined],
  ["a reference to a secret of Secrets Manager", { github_app: { key_base64: KEY, webhook_secret: 'a-secret-of-the-tests', id_ssm: { arn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:id', name: 'id' } } }, undefined],
  ["a region of AWS China", { aws_region: 'cn-north-1' }, undefined],
  ["a webhook secret of five characters", { github_app: { id: '4711', key_base64: KEY, webhook_secret: '12345' } }, undefined],
  ["a short new secret beside a long old one", { github_app: { id: '4711', key_base64: KEY, webhook_secret: 'the-old-secret-of-tests\nnew' } }, undefined],
];

/** [what, inputs], as many in one plan as there is room for. */
export const ACCEPTED = [
  ["the longest prefix other tags and events and a secret in rotation", { prefix: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', subnet_ids: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'], tags: { Project: 'runners', 'cost center': '42' }, eventbridge: { accept_events: ['workflow_job', 'check_run'] }, github_app: { id: '4711', key_base64: KEY, webhook_secret: 'the-old-secret-of-tests\nthe-new-secret-of-tests' } }],
  ["letters digits hyphens and underscores in a prefix", { prefix: 'My_SaaS-2' }],
];
