const ON_DYNAMODB = ['testing/kit/src/contracts/dynamodb'];

/** Those of the app plane; their shape is that of `mutations`. */
export const appMutations = [
  {
    name: 'apps: a push that comes late replaces a newer one',
    file: 'libs/aws/src/dynamodb/deployment-store.ts',
    edits: [['`${wanted} < ${expression.value(secondOf', '`${wanted} <> ${expression.value(secondOf']],
    suites: ON_DYNAMODB,
    tests: 'deployments on DynamoDB',
  },
  {
    name: 'apps: a push that is found undoes a rollback by hand',
    file: 'libs/core/src/decisions/lost-push.ts',
    edits: [["own.length > 0 || (last !== undefined && last.kind !== 'push')", 'own.length > 0']],
    suites: ['libs/core/src/decisions/lost-push'],
  },
  {
    name: 'apps: a push that is found counts as of now, after a later rollback',
    file: 'libs/core/src/decisions/lost-push.ts',
    edits: [['undefined : { commit: head, pushedAt,', 'undefined : { commit: head, pushedAt: askedAt,']],
    suites: ['libs/core/src/decisions/lost-push'],
  },
  {
    name: 'apps: a tenant has one more than its quota',
    file: 'libs/aws/src/dynamodb/app-rows.ts',
    edits: [['< ${expression.value(quota.apps)}', '< ${expression.value(quota.apps + 1)}']],
    suites: ON_DYNAMODB,
    tests: 'apps on DynamoDB quotas',
  },
  {
    name: 'apps: two tenants have names that look alike',
    file: 'libs/aws/src/dynamodb/app-rows.ts',
    edits: [['OR ${own} OR ${isFree})`', "OR ${own} OR ${isFree} OR ${expression.exists('app')})`"]],
    suites: ON_DYNAMODB,
    tests: 'apps on DynamoDB names',
  },
  {
    name: 'apps: the name of a deleted one goes to others at once',
    file: 'libs/aws/src/dynamodb/app-store.ts',
    edits: [['restName(app, now.getTime() + NAME_REST)', 'restName(app, now.getTime())']],
    suites: ON_DYNAMODB,
    tests: 'apps on DynamoDB names',
  },
  {
    name: 'apps: a source archive holds any number of bytes',
    file: 'functions/deployer/src/check-archive.ts',
    edits: [['if (unpacked > limits.unpackedBytes)', 'if (unpacked < 0)']],
    suites: ['functions/deployer/src/check-archive'],
  },
  {
    name: 'apps: a source archive is packed as tight as it likes',
    file: 'functions/deployer/src/check-archive.ts',
    edits: [['if (unpacked > bytes.length * limits.ratio)', 'if (unpacked < 0)']],
    suites: ['functions/deployer/src/check-archive'],
  },
  {
    name: 'apps: a link leads out of the source archive and in again',
    file: 'functions/deployer/src/check-archive.ts',
    edits: [
      ['    if (depth < 0) return true;\n', ''],
      ['  return false;\n}\n\n/** Undefined: too long', '  return depth < 0;\n}\n\n/** Undefined: too long'],
    ],
    suites: ['functions/deployer/src/check-archive'],
  },
  {
    name: 'apps: the pull request of a fork is built',
    file: 'libs/core/src/decisions/decide-preview.ts',
    edits: [["  if (pull.fromRepoId !== parent.repoId) return no('fork');\n", '']],
    suites: ['libs/core/src/decisions/decide-preview'],
  },
  {
    name: 'apps: one record proves a domain for every app of its tenant',
    file: 'libs/core/src/model/app-host.ts',
    edits: [['[environment, installationId, app, createdAt, host]', '[environment, installationId, host]']],
    suites: ['libs/core/src/model/app-host'],
  },
  {
    name: 'apps: any record proves a domain',
    file: 'libs/core/src/decisions/app-hosts.ts',
    edits: [['unquoted(one) === value', "unquoted(one) !== ''"]],
    suites: ['libs/core/src/decisions/app-hosts'],
  },
  {
    name: 'apps: a suspended tenant’s go on',
    file: 'libs/core/src/decisions/app-standing.ts',
    edits: [["app.state !== 'active' || tenant === 'inactive'", "app.state !== 'active'"]],
    suites: ['functions/deployer/src/deployer.test'],
    tests: 'a suspended app',
  },
  {
    name: 'apps: a job pushes a commit of which no build was asked for',
    file: 'libs/core/src/decisions/decide-app-change.ts',
    edits: [["one.commit === commit && one.state === 'building'", "one.state === 'building'"]],
    suites: ['functions/api/src/operations/apps.test'],
    tests: 'credentials for a push',
  },
  {
    name: 'apps: a job pushes to the app of another repository',
    file: 'functions/api/src/operations/app-view.ts',
    edits: [['caller.job === undefined || caller.job.repoId === repoId', "caller.role !== 'operator'"]],
    suites: ['functions/api/src/operations/apps.test'],
    tests: 'credentials for a push',
  },
  {
    name: 'apps: who may push to one may push to all',
    file: 'libs/aws/src/push-credentials.ts',
    edits: [['policyOf(`${repositoriesArn}${repository}`)', 'policyOf(`${repositoriesArn}*`)']],
    suites: ['libs/aws/src/push-credentials'],
  },
];
