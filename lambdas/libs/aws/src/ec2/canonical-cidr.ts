const MAPPED_IPV4 = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/;

/**
 * A block in the form that EC2 stores: `2001:DB8:0::/32` becomes `2001:db8::/32`, and bits beyond the prefix become 0.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Ipv6Range.html
 */
export function canonicalCidr(block: string): string {
  const [address = '', prefix = ''] = block.split('/');
  const length = Number(prefix);
  if (address.includes(':')) return `${formatIpv6(cut(groupsOf(address), 16, length))}/${length}`;
  return `${cut(address.split('.').map(Number), 8, length).join('.')}/${length}`;
}

/** Keeps the first `length` bits of parts of `width` bits each. */
function cut(parts: readonly number[], width: number, length: number): number[] {
  return parts.map((part, index) => {
    const kept = Math.min(Math.max(length - index * width, 0), width);
    const hidden = 2 ** (width - kept);
    return part - (part % hidden);
  });
}

/** Eight groups; `::` stands for as many zeros as are missing. */
function groupsOf(address: string): number[] {
  const [head = [], tail] = inHexadecimal(address)
    .split('::')
    .map((half) => (half === '' ? [] : half.split(':').map((group) => parseInt(group, 16))));
  if (tail === undefined) return head;
  return [...head, ...Array<number>(Math.max(8 - head.length - tail.length, 0)).fill(0), ...tail];
}

function inHexadecimal(address: string): string {
  return address.replace(MAPPED_IPV4, (_all, head: string, ...bytes: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(0, 4).map(Number);
    return `${head}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
}

/**
 * The longest run of zeros, the first of equals, becomes `::`; a single zero stays.
 * https://www.rfc-editor.org/rfc/rfc5952
 */
function formatIpv6(groups: readonly number[]): string {
  let best = { start: 0, length: 1 };
  groups.forEach((_group, start) => {
    const length = groups.slice(start).findIndex((group) => group !== 0);
    const run = length === -1 ? groups.length - start : length;
    if (run > best.length) best = { start, length: run };
  });
  const digits = groups.map((group) => group.toString(16));
  if (best.length === 1) return digits.join(':');
  return `${digits.slice(0, best.start).join(':')}::${digits.slice(best.start + best.length).join(':')}`;
}
