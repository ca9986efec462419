/** What may go wrong, each by itself. `describe` is what `--help` prints. */
export const WEATHER = {
  'webhook-drop': 'a fifth of the webhooks never arrive',
  'webhook-duplicate': 'webhooks arrive twice',
  'webhook-delay': 'webhooks arrive late and out of order',
  cancel: 'jobs are cancelled at every stage',
  steal: 'GitHub gives a runner any matching job, not the oldest',
  'no-boot': 'machines hang in their boot or give up',
  death: 'machines die: spot loss, failures, stops by hand',
  hang: 'machines do not shut down after their job',
  refusal: 'GitHub answers 401, 403, 404 or 422',
  limit: 'GitHub answers 429, and 403 with a rate limit',
  outage: 'GitHub answers 5xx or nothing, before or after the effect',
  slow: 'GitHub, EC2 and the tables take seconds',
  capacity: 'EC2 has no capacity in a zone, or none at all, or verifies the account',
  'ec2-ends': 'EC2 ends machines that it has just started: a key, a quota, an error of its own',
  throttle: 'EC2 and SSM allow a few calls a second',
  aws: 'calls of AWS fail before they take effect',
  'lost-answer': 'calls of AWS take effect, but the answer is lost or the call is repeated by its client',
  lag: 'indexes, streams and Describe are behind, new security groups and machines are not known everywhere',
  crash: 'functions die between any two calls',
  'queue-duplicate': 'queues deliver messages again',
  'event-loss': "EC2's events get lost",
  suspend: 'installations are suspended and unsuspended',
  uninstall: 'installations are removed, some installed again',
  rename: 'owners and repositories get other names',
  'limit-change': 'limits are changed by hand',
  gate: 'GitHub holds jobs back, before or after it said that they are queued',
  'group-job': 'jobs without labels take any runner, some of repositories that the App can not see',
  'public-job': 'runner groups admit public repositories',
} as const;

export type WeatherKind = keyof typeof WEATHER;
export const ALL_WEATHER = Object.keys(WEATHER) as readonly WeatherKind[];

/** Whether a kind is in force now. */
export interface Weather {
  has(kind: WeatherKind): boolean;
}
