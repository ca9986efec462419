/** Kinds of faults, independent of each other. `describe` is what `--help` prints. */
export const FAULT_KINDS = {
  'webhook-drop': 'a fifth of the webhooks never arrive',
  'webhook-duplicate': 'webhooks arrive twice',
  'webhook-delay': 'webhooks arrive late and out of order',
  cancel: 'jobs are cancelled at every stage',
  steal: 'GitHub gives a runner any matching job, not the oldest',
  'no-boot': 'machines hang in their boot or give up',
  death: 'machines die: spot loss, failures, stopped by an operator',
  hang: 'machines do not shut down after their job',
  refusal: 'GitHub answers 401, 403, 404 or 422',
  limit: 'GitHub answers 429, and 403 with a rate limit',
  outage: 'GitHub answers 5xx or nothing, before or after the effect',
  slow: 'GitHub, EC2 and the tables take seconds',
  capacity: 'EC2 has no capacity in a zone, or none at all, or validates the account',
  'ec2-ends': 'EC2 ends machines that it has just started: a key, a quota, an error of its own',
  throttle: 'EC2 and SSM allow a few calls a second',
  aws: 'calls to AWS fail before they take effect',
  'lost-answer': 'calls to AWS take effect, but the answer is lost or the call is repeated by its client',
  lag: 'indexes, streams and Describe are behind, new security groups and machines are not known everywhere',
  crash: 'functions die between any two calls',
  freeze: 'functions fall asleep before a call and go on with the next invocation of their container',
  'queue-duplicate': 'queues deliver messages again',
  'event-loss': "EC2's events get lost",
  hostile: 'the first tenant floods the webhook, and suspends and resumes the App every few minutes',
  suspend: 'installations are suspended and unsuspended',
  uninstall: 'installations are removed, some installed again, some to be rid of a limit of 0',
  rename: 'owners and repositories are renamed',
  'limit-change': 'operators change limits',
  'fleet-limit': 'all tenants together may have fewer machines than their limits, and for a while half as many',
  gate: 'GitHub holds jobs back, before or after announcing them as queued',
  'group-job': 'jobs without labels take any runner, some from repositories that the App cannot access',
  'public-job': 'runner groups admit public repositories',
} as const;

export type FaultKind = keyof typeof FAULT_KINDS;
export const ALL_FAULTS = Object.keys(FAULT_KINDS) as readonly FaultKind[];

/** Which kinds are active now. */
export interface FaultSettings {
  has(kind: FaultKind): boolean;
}
