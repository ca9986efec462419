import fc from 'fast-check';
import { isPublicAddress } from './public-address';

test.each([
  // This network, private networks, carriers' own.
  '0.0.0.0',
  '10.0.0.1',
  '10.255.255.255',
  '100.64.0.1',
  '100.127.255.255',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.0.1',
  // Loopback, link-local, the metadata of EC2, ECS and of other clouds.
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '169.254.170.2',
  '192.0.0.192',
  // Tests, documentation, benchmarks, relays.
  '192.0.2.1',
  '198.51.100.7',
  '203.0.113.9',
  '198.18.0.1',
  '192.88.99.1',
  '192.31.196.1',
  '192.52.193.1',
  '192.175.48.6',
  // Multicast, reserved, broadcast.
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
  // IPv6: nothing, loopback, link-local, unique local (EC2's metadata among them), site-local, multicast.
  '::',
  '::1',
  'fe80::1',
  'fe80::1%eth0',
  'fc00::1',
  'fd00:ec2::254',
  'fec0::1',
  'ff02::1',
  // IPv4 within: mapped, compatible, NAT64 (its own and a network's), Teredo, 6to4.
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::ffff:169.254.169.254',
  '0:0:0:0:0:ffff:a00:1',
  '::127.0.0.1',
  '64:ff9b::a9fe:a9fe',
  '64:ff9b::10.0.0.1',
  '64:ff9b:1::808:808',
  '2001:0:4136:e378:8000:63bf:3fff:fdd2',
  '2002:7f00:1::1',
  '2002:a9fe:a9fe::',
  // Documentation, discard, ORCHID, AS112, SRv6.
  '2001:db8::1',
  '3fff::1',
  '100::1',
  '2001:20::1',
  '2620:4f:8000::1',
  '5f00::1',
  // No address in its usual form.
  '2130706433',
  '0x7f000001',
  '0177.0.0.1',
  '127.1',
  '010.8.8.8',
  'localhost',
  '',
])('%s is not public', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each([
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.0',
  '169.253.255.255',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '192.169.0.0',
  '223.255.255.255',
  '2606:4700:4700::1111',
  '2a00:1450:4001::200e',
  '2001:4860:4860::8888',
  '::ffff:8.8.8.8',
  '64:ff9b::8.8.8.8',
  '64:ff9b::808:808',
])('%s is public', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test('an IPv4 address is judged the same in whatever form it comes', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      const isPublic = isPublicAddress(address);
      expect(isPublicAddress(`::ffff:${address}`)).toBe(isPublic);
      expect(isPublicAddress(`64:ff9b::${address}`)).toBe(isPublic);
      expect(isPublicAddress(new URL(`http://[::ffff:${address}]`).hostname.slice(1, -1))).toBe(isPublic);
    }),
  );
});
