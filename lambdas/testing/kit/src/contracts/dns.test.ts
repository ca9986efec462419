import { createTxtResolver } from '@multi-tenant-runner/runtime';
import { startDnsServer } from '../fakes/dns-server';
import { txtResolverContract } from './txt-resolver.contract';

const PATIENT = { timeout: 5_000, limit: 30_000 };

describe.each([
  ['recurses', true],
  ['does not recurse', false],
])('DNS by a server that %s', (_what, recurses) => {
  txtResolverContract(async (zone) => {
    const server = await startDnsServer(zone, { recurses });
    return { ...createTxtResolver({ ...PATIENT, servers: [server.address] }), close: server.close };
  });
});

test('DNS that answers nothing is waited for so long and no longer', async () => {
  const silent = await startDnsServer(new Map(), { recurses: false, isSilent: true });
  const resolver = createTxtResolver({ servers: [silent.address], timeout: 60_000, limit: 20 });
  expect(await resolver.txt('a.example.com')).toEqual({ kind: 'unknown', problem: 'it took too long' });
  silent.close();
});
