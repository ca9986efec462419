import { randomUUID } from 'node:crypto';

const DATA = '/latest/meta-data/';

/**
 * A machine's metadata service that requires tokens. `facts`: the paths below /latest/meta-data/; any other is 404.
 * `userData` answers the machine's user data.
 */
export function metadataService(facts, userData) {
  const tokens = new Set();
  return ({ method, path, headers }) => {
    if (path === '/latest/api/token') {
      if (method !== 'PUT' || !(Number(headers['x-aws-ec2-metadata-token-ttl-seconds']) > 0)) return { status: 400 };
      const token = randomUUID();
      tokens.add(token);
      return { body: token };
    }
    if (!tokens.has(headers['x-aws-ec2-metadata-token'])) return { status: 401 };
    if (path === '/latest/user-data') return { body: userData() };
    const fact = facts[path.slice(DATA.length)];
    return fact === undefined ? { status: 404 } : { body: fact };
  };
}
