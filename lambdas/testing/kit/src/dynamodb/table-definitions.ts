/** A table's keys and indexes, in the terms of its file of HCL; a test compares the two. */
export interface TableDefinition {
  readonly name: TableName;
  /** From the root; absent: dynamodb.tf. */
  readonly file?: string;
  readonly keys: Keys;
  readonly globalIndexes: readonly IndexDefinition[];
  readonly localIndexes: readonly IndexDefinition[];
}

type TableName =
  | 'tenants'
  | 'launches'
  | 'jobs'
  | 'recovery'
  | 'configurations'
  | 'usage'
  | 'audit'
  | 'api'
  | 'apps'
  | 'deployments'
  | 'pool';

export interface Keys {
  readonly hash: Key;
  readonly range?: Key;
}

export interface Key {
  readonly name: string;
  readonly type: 'S' | 'N';
}

export interface IndexDefinition {
  readonly name: string;
  readonly keys: Keys;
  readonly projection: 'ALL' | 'KEYS_ONLY' | readonly string[];
}

const installation: Key = { name: 'installation_id', type: 'N' };
const text = (name: string): Key => ({ name, type: 'S' });
const number = (name: string): Key => ({ name, type: 'N' });
const open: IndexDefinition = {
  name: 'open-index',
  keys: { hash: installation, range: text('open_at') },
  projection: 'ALL',
};

/** Of the tenants: the marked rows. Of the jobs: the open ones that no admission covers. */
const openTenants: IndexDefinition = {
  name: 'open-tenants-index',
  keys: { hash: number('open_shard'), range: installation },
  projection: 'KEYS_ONLY',
};

export const TABLE_DEFINITIONS: readonly TableDefinition[] = [
  {
    name: 'tenants',
    keys: { hash: installation },
    localIndexes: [],
    globalIndexes: [
      {
        name: 'status-index',
        keys: { hash: text('status'), range: installation },
        projection: ['org_name', 'tier', 'max_runners'],
      },
      { name: 'org-name-index', keys: { hash: text('org_name'), range: installation }, projection: ['status'] },
      { name: 'account-id-index', keys: { hash: number('account_id'), range: installation }, projection: 'KEYS_ONLY' },
      { name: 'cleanup-index', keys: { hash: text('cleanup'), range: installation }, projection: 'KEYS_ONLY' },
      openTenants,
    ],
  },
  {
    name: 'launches',
    keys: { hash: installation, range: text('launch_id') },
    localIndexes: [{ ...open, projection: 'KEYS_ONLY' }],
    globalIndexes: [{ name: 'instance-index', keys: { hash: text('instance_id') }, projection: 'KEYS_ONLY' }],
  },
  {
    name: 'jobs',
    keys: { hash: installation, range: number('job_id') },
    localIndexes: [
      open,
      { name: 'waiting-index', keys: { hash: installation, range: text('waiting_at') }, projection: 'ALL' },
    ],
    globalIndexes: [
      { name: 'due-index', keys: { hash: text('due'), range: text('next_try') }, projection: 'KEYS_ONLY' },
      { ...openTenants, projection: ['open_at'] },
      {
        name: 'checks-index',
        keys: { hash: number('check_shard'), range: installation },
        projection: ['state', 'check_state'],
      },
    ],
  },
  {
    name: 'configurations',
    keys: { hash: installation, range: text('launch_id') },
    localIndexes: [],
    globalIndexes: [],
  },
  {
    name: 'usage',
    keys: { hash: text('book'), range: text('entry') },
    localIndexes: [],
    globalIndexes: [
      { name: 'month-keys-index', keys: { hash: text('month'), range: text('book') }, projection: 'KEYS_ONLY' },
    ],
  },
  {
    name: 'audit',
    keys: { hash: installation, range: text('entry') },
    localIndexes: [],
    globalIndexes: [{ name: 'day-index', keys: { hash: text('day'), range: text('entry') }, projection: 'ALL' }],
  },
  {
    name: 'pool',
    keys: { hash: text('book'), range: text('entry') },
    localIndexes: [],
    globalIndexes: [],
  },
  { name: 'api', keys: { hash: text('id') }, localIndexes: [], globalIndexes: [] },
  {
    name: 'recovery',
    keys: { hash: text('book'), range: text('entry') },
    localIndexes: [{ name: 'open-index', keys: { hash: text('book'), range: text('open_at') }, projection: 'ALL' }],
    globalIndexes: [],
  },
  {
    name: 'apps',
    file: 'modules/apps/tables.tf',
    keys: { hash: text('app') },
    localIndexes: [],
    globalIndexes: [
      { name: 'tenant-index', keys: { hash: installation, range: text('app') }, projection: 'ALL' },
      { name: 'due-index', keys: { hash: text('due_shard'), range: number('due') }, projection: 'KEYS_ONLY' },
    ],
  },
  {
    name: 'deployments',
    file: 'modules/apps/tables.tf',
    keys: { hash: text('app_key'), range: text('deployment_id') },
    localIndexes: [],
    globalIndexes: [],
  },
];
