import { BlockList, isIPv4, isIPv6 } from 'node:net';

/**
 * IANA's special purpose registries: what is no address of a server on the Internet, the instance metadata service
 * (169.254.169.254) and carriers' and providers' own networks among it.
 * https://www.iana.org/assignments/iana-ipv4-special-registry
 * https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];
/** Of what is public at all: 2000::/3. Teredo (2001::/32) and 6to4 (2002::/16) have an IPv4 address within. */
const IPV6_PUBLIC = '2000::/3';
const IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'];
/** An IPv4 address in an IPv6 one: mapped, and behind NAT64 (RFC 6052), where AWS's DNS64 puts every IPv4 server. */
const MAPPED = '::ffff:0:0/96';
const NAT64 = '64:ff9b::/96';

const v4 = listOf(IPV4, 'ipv4');
const v6 = listOf(IPV6, 'ipv6');
const v6Public = listOf([IPV6_PUBLIC], 'ipv6');
const embedding = listOf([MAPPED, NAT64], 'ipv6');

function listOf(networks: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', length] = network.split('/');
    list.addSubnet(address, Number(length), family);
  }
  return list;
}

/** Whether a server on the Internet may have this address. What is no address in its usual form is none. Pure. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !v4.check(address, 'ipv4');
  // A zone is of a link.
  if (!isIPv6(address) || address.includes('%')) return false;
  if (embedding.check(address, 'ipv6')) return isPublicAddress(embeddedIn(address));
  return v6Public.check(address, 'ipv6') && !v6.check(address, 'ipv6');
}

/** The last 32 bits, in whatever form they are written. */
function embeddedIn(address: string): string {
  const { hostname } = new URL(`http://[${address}]`);
  const [high = 0, low = 0] = hostname
    .slice(1, -1)
    .split(':')
    .slice(-2)
    .map((part) => Number.parseInt(part || '0', 16));
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}
