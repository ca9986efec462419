import { setTimeout as sleep } from 'node:timers/promises';
import { AwsClient } from 'aws4fetch';
import { waitFor } from '../../lib/wait';
import { appAt, processesAt, type Ask } from './ask';
import { AS_KNOWN, SUFFIX, TENANTS, hostOf, variables, type SaasContext } from './context';

const DEPLOYED = 'initech-llc';
const BUSY = 'acme-corp';
const [LEAST, MOST] = [2, 8];

/** A version that works takes over; one that does not start never answers, and is taken back. */
export async function versions(context: SaasContext, ask: Ask): Promise<void> {
  const { terraform, checks, signal } = context;
  const host = hostOf(DEPLOYED);
  const before = await processesAt(ask, host);
  const deploy = (image: string): Promise<string> =>
    terraform('apply', '-auto-approve', AS_KNOWN, ...variables(TENANTS, { [DEPLOYED]: { image } }));
  await deploy('sandbox/next:1');
  await waitFor(async () => [...(await seen(ask, host))].join() === 'next', {
    what: 'The next version',
    seconds: 120,
    signal,
  });
  const after = await processesAt(ask, host);
  checks.check(
    'a new version takes over, in new processes',
    [...after].every((pid) => !before.has(pid)),
  );
  checks.check("and its neighbour's version stays", [...(await seen(ask, hostOf(BUSY)))].join() === 'first');

  const answered: string[] = [];
  const watching = new AbortController();
  const watched = watch(async () => answered.push((await appAt(ask, host))?.version ?? 'no answer'), watching.signal);
  await deploy('sandbox/broken:1');
  await waitFor(async () => /rolled back/.test(await eventsOf(context)), {
    what: 'The rollback',
    seconds: 180,
    signal,
  });
  watching.abort();
  await watched;
  const wrong = answered.filter((one) => one !== 'next');
  const times = `${answered.length} answers`;
  checks.check(
    `a version that does not start never answers (${times})`,
    answered.length > 10 && wrong.length === 0,
    wrong.join(),
  );
  checks.check('and ECS has taken it back', [...(await seen(ask, host))].join() === 'next');
  await deploy('nginx:latest');
  await waitFor(async () => [...(await seen(ask, host))].join() === 'first', {
    what: 'The first version',
    seconds: 120,
    signal,
  });
}

/** From two tasks to eight and back, by what its policy makes of a processor that is said to be busy. */
export async function scale({ launcher, checks, signal }: SaasContext, ask: Ask): Promise<void> {
  const host = hostOf(BUSY);
  const busy = async (percent: number): Promise<number> => {
    const url = `${launcher.url}/_sandbox/services/saas-${SUFFIX}/${BUSY}-${SUFFIX}/busy`;
    const headers = { 'x-sandbox-token': launcher.token };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ percent }) });
    const { desired } = (await response.json()) as { readonly desired: number };
    return desired;
  };
  const settle = (count: number): Promise<void> =>
    waitFor(async () => (await processesAt(ask, host)).size === count, {
      what: `${count} tasks`,
      seconds: 120,
      signal,
    });
  const counts = [];
  for (let times = 0; times < 6; times += 1) counts.push(await busy(100));
  checks.check('a busy tenant has more tasks, up to eight', counts.join(' ') === '3 5 8 8 8 8', counts.join(' '));
  await settle(MOST);
  checks.check('and eight processes answer', true);
  checks.check('an idle one has two again', (await busy(1)) === LEAST);
  await settle(LEAST);
  checks.check('and two processes answer', true);
}

/** The versions that answer now. */
async function seen(ask: Ask, host: string): Promise<Set<string>> {
  const found = new Set<string>();
  for (let times = 0; times < 20; times += 1) found.add((await appAt(ask, host))?.version ?? 'no answer');
  return found;
}

async function watch(look: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await look();
    await sleep(50);
  }
}

/** What ECS says of the service. */
async function eventsOf({ aws }: SaasContext): Promise<string> {
  const client = new AwsClient({
    accessKeyId: aws.access_key_id,
    secretAccessKey: aws.secret_access_key,
    region: aws.region,
    service: 'ecs',
  });
  const response = await client.fetch(`${aws.endpoint_url}/`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AmazonEC2ContainerServiceV20141113.DescribeServices',
    },
    body: JSON.stringify({ cluster: `saas-${SUFFIX}`, services: [`${DEPLOYED}-${SUFFIX}`] }),
  });
  return response.text();
}
