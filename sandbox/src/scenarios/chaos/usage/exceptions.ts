import type { Exception } from './compare';

/**
 * Rights that a run of the sandbox does not always show in use. Anything else that is unused is taken out of its
 * policy.
 */
export const EXCEPTIONS: readonly Exception[] = [
  {
    role: '*',
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resource: ':log-group:/aws/lambda/',
    reason: 'Lambda writes the logs with the role of the function; the emulator keeps them without asking IAM',
  },
  {
    role: 'api',
    actions: ['sqs:StartMessageMoveTask', 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:SendMessage'],
    resource: ':sandbox-',
    reason: 'moves dead letters back, of which a good run has none; SQS itself uses the last three',
  },
  {
    role: 'api',
    actions: ['lambda:UpdateEventSourceMapping'],
    resource: ':event-source-mapping:',
    reason: 'the emulator has no name for the change of a trigger, and does not ask IAM about it',
  },
  {
    role: 'api',
    actions: ['dynamodb:BatchGetItem'],
    resource: 'sandbox-jobs',
    reason: 'reads the jobs that wait without a slot in their rows, of which there may be none when it is asked',
  },
  {
    role: 'callbacks',
    actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem', 'sqs:ChangeMessageVisibility', 'ssm:GetParameters'],
    resource: 'sandbox',
    reason: "sends a tenant's events to an endpoint of its own, of which a tenant of the sandbox has none",
  },
  {
    role: '*',
    actions: ['sqs:ChangeMessageVisibility'],
    resource: ':sandbox-',
    reason: 'says when a message that failed comes back, of which a good run has none',
  },
  {
    role: 'events',
    actions: ['ssm:DeleteParameters'],
    resource: 'sandbox/callbacks/',
    reason: 'forgets the secret of a tenant that had a callback',
  },
  {
    role: 'events',
    actions: ['sqs:SendMessage'],
    resource: ':sandbox-callbacks',
    reason: 'sends a callback, of which a tenant of the sandbox has none',
  },
  {
    role: 'api',
    actions: ['ssm:GetParameters', 'ssm:PutParameter', 'ssm:DeleteParameters'],
    resource: ':parameter/sandbox/callbacks/',
    reason: "keeps the secret of a tenant's callback, of which a tenant of the sandbox has none",
  },
  {
    role: '*',
    actions: ['dynamodb:ListStreams'],
    resource: '*',
    reason: 'Lambda refuses to read a stream without it, and the emulator does not ask',
  },
  {
    role: '*',
    actions: ['sqs:SendMessage'],
    resource: ':sandbox-builds-',
    reason:
      'a freed slot starts the oldest waiting job, whatever its size: one run has not one of each ' +
      'size waiting for each function',
  },
  {
    role: '*',
    actions: ['sqs:SendMessage'],
    resource: '-dlq',
    reason:
      'used when a function fails for good, which no run should show; Lambda checks it when the destination is set',
  },
  {
    role: '*',
    actions: ['dynamodb:Query'],
    resource: 'table/sandbox-usage',
    reason: 'the sums of a tenant with a cap; none of the demo has one',
  },
  {
    role: 'scale-up',
    actions: ['ec2:DescribeInstances'],
    resource: '*',
    reason: 'who takes over a launch of a call for several looks for its machine; a good run takes none over',
  },
  {
    role: 'scale-up',
    actions: ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
    resource: 'table/sandbox-usage',
    reason: 'a machine that ended before its runner was registered; a good run has none',
  },
  {
    role: 'tenant-manager',
    actions: ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
    resource: 'table/sandbox-usage',
    reason: 'a machine that lives when its tenant uninstalls; the sweep may come first',
  },
  {
    role: 'webhook',
    actions: ['dynamodb:UpdateItem'],
    resource: 'table/sandbox-jobs',
    reason:
      'a tenant that becomes active between the read of its row and the parking of its job: the gap is a ' +
      'few milliseconds',
  },
  {
    role: 'scale-down',
    actions: ['ec2:TerminateInstances'],
    resource: ':instance/*',
    reason:
      'a machine beyond its boot, idle or life time, the shortest of which is longer than a run, or one ' +
      'whose job was cancelled while it booted',
  },
  {
    role: 'scale-up',
    actions: ['ec2:TerminateInstances'],
    resource: ':instance/*',
    reason:
      'a job that ends, or a registration that GitHub refuses, in the seconds in which EC2 starts the machine: ' +
      'a quick run meets neither',
  },
  {
    role: 'scale-up',
    actions: ['ssm:DeleteParameters'],
    resource: ':parameter/sandbox/tenants/',
    reason: 'a machine that ends while its configuration is stored, or a configuration that an earlier worker left',
  },
  {
    role: 'scale-up',
    actions: ['dynamodb:Query'],
    resource: 'table/sandbox-jobs/index/waiting-index',
    reason:
      'the next job, where one ended while its message was under way: a matter of milliseconds. A refusal ' +
      'that every job would meet wakes none',
  },
  {
    role: 'scale-up',
    actions: ['dynamodb:Query'],
    resource: 'table/sandbox-launches/index/open-index',
    reason: 'a job that GitHub sends again after it held it back at a gate: no run of the sandbox has an environment',
  },
  {
    role: 'tenant-manager',
    actions: ['dynamodb:BatchGetItem'],
    resource: 'table/sandbox-jobs',
    reason: 'the job of a launch that still runs when its tenant uninstalls; the sweep may come first',
  },
  {
    role: 'tenant-manager',
    actions: ['dynamodb:BatchGetItem'],
    resource: 'table/sandbox-tenants',
    reason: 'read with such a job',
  },
  {
    role: 'tenant-manager',
    actions: ['ec2:RevokeSecurityGroupEgress'],
    resource: ':security-group/*',
    reason: 'closes what egress_rules does not open; the sandbox opens everything, as is the default',
  },
  {
    role: 'recovery',
    actions: ['events:PutEvents'],
    resource: ':event-bus/',
    reason:
      'sends what the registry missed of an installation: the comparison is made once a night, and a lost ' +
      'webhook is redelivered before',
  },
  {
    role: 'recovery',
    actions: ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
    resource: 'table/sandbox-jobs',
    reason: 'the row of a found job that is refused, or whose tenant was suspended while it was found',
  },
];
