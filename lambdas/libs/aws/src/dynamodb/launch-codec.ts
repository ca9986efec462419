import {
  candidateOf,
  clientTokenFor,
  isObject,
  jobIdOfLaunch,
  parseCandidate,
  type Launch,
} from '@multi-tenant-runner/core';
import { fromAttributes, type Item, type PlainRow } from './attributes';
import { fromRow } from './rows';

/**
 * A launch's row as the table has it. Every write of a row above 1 KB costs twice, and a launch is written ten times:
 * what follows from other attributes is not stored (docs/adr/0028).
 *
 * | of the launch | in the row |
 * |---|---|
 * | when it was made | `open_at` while it is open, by which the index sorts; `created_at` from its end on |
 * | its job, if that is the one in its id | not |
 * | its repository, where that is the scope | `/repo`, behind the row's `owner` |
 * | its runner's name, if it came with the machine | as `environment`, before the machine's id |
 * | when it was last changed, if that was its end | not: it is `ended_at` |
 * | candidates that EC2 refused, if none | not |
 * | of the intent: type, subnet and market | as `candidate` has them |
 * | of the intent: the token of a call for this launch alone | not: it follows from launch and candidate |
 * | of the intent: launch template | `<id>:<version>` |
 * | SHA-256 of a secret | its 32 bytes |
 * | of the reports: what bounds them | a list: minute, in that minute, in all, bytes of the log |
 *
 * What has another form than these is stored as it is, and read.
 */
export function shrinkLaunch(row: PlainRow, { installationId, launchId }: LaunchKey): PlainRow {
  const { intent, claim, blank, reports, attempted, job_id: jobId, owner, scope } = row;
  return {
    ...row,
    ...shrinkName(row),
    ...(row['ended_at'] !== undefined && row['ended_at'] === row['updated_at'] && { updated_at: null }),
    ...(isObject(intent) && { intent: shrinkIntent(intent, { installationId, launchId }) }),
    ...(isObject(claim) && { claim: shrinkHashes(claim) }),
    ...(isObject(blank) && { blank: shrinkHashes(blank) }),
    ...(isObject(reports) && { reports: shrinkReports(reports) }),
    ...(Array.isArray(attempted) && attempted.length === 0 && { attempted: null }),
    ...(jobId === jobIdOfLaunch(launchId) && { job_id: null }),
    ...(typeof scope === 'string' &&
      scope.startsWith(`${String(owner)}/`) && { scope: scope.slice(scope.indexOf('/')) }),
  };
}

type LaunchKey = Pick<Launch, 'installationId' | 'launchId'>;

/** What `shrinkLaunch` left out; other rows of the table stay as they are. */
export function restoreLaunch(row: PlainRow): PlainRow {
  const { state, installation_id: installationId, launch_id: launchId, intent, claim, blank, reports, owner } = row;
  if (state === undefined) return row;
  const key = { installationId: Number(installationId), launchId: String(launchId) };
  const scope = String(row['scope']);
  return {
    job_id: jobIdOfLaunch(key.launchId),
    created_at: row['open_at'],
    updated_at: row['ended_at'],
    ...restoreName(row),
    ...(isObject(intent) && { intent: restoreIntent(intent, key) }),
    ...(isObject(claim) && { claim: restoreHashes(claim) }),
    ...(isObject(blank) && { blank: restoreHashes(blank) }),
    ...(isObject(reports) && { reports: restoreReports(reports) }),
    ...(scope.startsWith('/') && { scope: `${String(owner)}${scope}` }),
  };
}

export function launchOfItem(item: Item): Launch {
  return fromRow<Launch>(restoreLaunch(fromAttributes(item)));
}

function shrinkName({ runner_name: name, instance_id: machine }: PlainRow): PlainRow {
  if (name === undefined) return {};
  const isOfMachine = typeof name === 'string' && name.endsWith(`-${String(machine)}`);
  if (!isOfMachine) return { environment: null };
  return { environment: name.slice(0, -`-${String(machine)}`.length), runner_name: null };
}

function restoreName({ environment, ...row }: PlainRow): PlainRow {
  const { instance_id: machine } = row;
  if (environment === undefined || machine === undefined) return row;
  return { runner_name: `${String(environment)}-${String(machine)}`, ...row };
}

const HASH = /^[0-9a-f]{64}$/;

export function shrinkHash(hash: unknown): unknown {
  return typeof hash === 'string' && HASH.test(hash) ? Uint8Array.from(Buffer.from(hash, 'hex')) : hash;
}

const restoreHash = (value: unknown): unknown =>
  value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;

const mapValues = (row: object, change: (value: unknown) => unknown): PlainRow =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, change(value)]));
const shrinkHashes = (row: object): PlainRow => mapValues(row, shrinkHash);
const restoreHashes = (row: object): PlainRow => mapValues(row, restoreHash);

function shrinkIntent(intent: PlainRow, { installationId, launchId }: LaunchKey): PlainRow {
  const { launch_template_id: template, launch_template_version: version, candidate, client_token: token } = intent;
  const { instance_type: instanceType, subnet_id: subnetId, spot, ...rest } = intent;
  const key = String(candidate);
  const named = candidateOf({ instanceType: String(instanceType), subnetId: String(subnetId), spot: spot === true });
  const isOwn = token === clientTokenFor(installationId, launchId, key);
  return {
    ...shrinkHashes(rest),
    ...(named.key !== key && { instance_type: instanceType, subnet_id: subnetId, spot }),
    ...(isOwn && { client_token: undefined }),
    launch_template_id: undefined,
    launch_template_version: undefined,
    launch_template: `${String(template)}:${String(version)}`,
  };
}

function restoreIntent({ launch_template: template, ...intent }: PlainRow, key: LaunchKey): PlainRow {
  const candidate = String(intent['candidate']);
  const { instanceType, subnetId, spot } = parseCandidate(candidate);
  const [id, version] = String(template).split(':');
  return {
    client_token: intent['client_token'] ?? clientTokenFor(key.installationId, key.launchId, candidate),
    instance_type: instanceType,
    subnet_id: subnetId,
    spot,
    ...(template !== undefined && { launch_template_id: id, launch_template_version: version }),
    ...restoreHashes(intent),
  };
}

/** By which a report is compared with what the row has. */
export function shrinkReports({ received, ...said }: PlainRow): PlainRow {
  if (!isObject(received)) return { ...said, received };
  return { ...said, received: RECEIVED.map((name) => received[name]) };
}

const RECEIVED = ['minute', 'in_minute', 'total', 'log_bytes'] as const;

function restoreReports({ received, ...said }: PlainRow): PlainRow {
  if (!Array.isArray(received)) return { ...said, received };
  return { ...said, received: Object.fromEntries(RECEIVED.map((name, at) => [name, received[at]])) };
}
