import { compareUsage, type Grant, type Use } from './compare';
import { grantsOfState } from './policies';

const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:sandbox-builds-small';
const ITEMS = 'arn:aws:ssm:us-east-1:123456789012:parameter/sandbox/tenants/*';
const send: Grant = { role: 'webhook', action: 'sqs:SendMessage', resource: QUEUE };
const put: Grant = { role: 'scale-up', action: 'ssm:PutParameter', resource: ITEMS };
const used = (grant: Grant, resource = grant.resource): Use => ({ ...grant, resource, allowed: true });

it('takes a right for used when its own role used it on a resource that it covers', () => {
  const uses = [used(send), used(put, ITEMS.replace('*', '7/runners/i-1'))];
  expect(compareUsage([send, put], uses, [])).toMatchObject({ used: 2, unused: [], denied: [] });
  expect(compareUsage([send], [used({ ...send, role: 'scale-up' })], []).unused).toEqual([send]);
  expect(
    compareUsage([put], [used(put, 'arn:aws:ssm:us-east-1:123456789012:parameter/sandbox/app/key')], []).unused,
  ).toEqual([put]);
});

it('excuses a right only with a reason, and reports reasons that no right needs', () => {
  const exception = { role: '*', actions: ['sqs:SendMessage'], resource: 'builds', reason: 'a reason' };
  expect(compareUsage([send], [], [exception])).toMatchObject({
    unused: [],
    excused: [{ ...send, reason: 'a reason' }],
    idle: [],
  });
  expect(compareUsage([put], [used(put, ITEMS.replace('*', 'x'))], [exception]).idle).toEqual([exception]);
});

it('reports every refusal', () => {
  expect(compareUsage([send], [used(send), { ...put, allowed: false }], []).denied).toMatchObject([put]);
});

it('reads each action on each resource of a policy in the state', () => {
  const policy = JSON.stringify({
    Statement: [{ Effect: 'Allow', Action: ['sqs:SendMessage', 'sqs:ReceiveMessage'], Resource: QUEUE }],
  });
  const state = {
    resources: [
      {
        mode: 'managed',
        type: 'aws_iam_role_policy',
        instances: [{ attributes: { role: 'sandbox-webhook', policy } }],
      },
    ],
  };
  expect(grantsOfState(state, 'sandbox')).toEqual([send, { ...send, action: 'sqs:ReceiveMessage' }]);
});
