/**
 * Bends the network of the processes that the emulator runs functions in, as the Internet would have it: a public name
 * with a public address behind which a receiver of the sandbox stands. Node loads it before a function (NODE_OPTIONS);
 * the functions themselves are the bundles of the product, and know nothing of it.
 *
 * SANDBOX_RECEIVERS names a file, read at each call:
 * {
 *   "names": { "hooks.example.com": ["8.8.8.8"] },
 *   "receivers": { "8.8.8.8": { "port": 4711, "ca": "-----BEGIN CERTIFICATE-----…" } }
 * }
 */
const dns = require('node:dns/promises');
const { readFileSync } = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');
const tls = require('node:tls');

const HTTPS = 443;

function read() {
  try {
    return JSON.parse(readFileSync(process.env.SANDBOX_RECEIVERS, 'utf8'));
  } catch {
    return { names: {}, receivers: {} };
  }
}

const resolver = dns.Resolver.prototype;
const { resolve4, resolve6 } = resolver;
resolver.resolve4 = async function (name) {
  return read().names[name] ?? resolve4.call(this, name);
};
resolver.resolve6 = async function (name) {
  return name in read().names ? [] : resolve6.call(this, name);
};

const { connect } = tls;
tls.connect = function (options, ...rest) {
  const receiver = options?.port === HTTPS ? read().receivers[options.host] : undefined;
  if (receiver === undefined) return connect(options, ...rest);
  return connect({ ...options, host: '127.0.0.1', ...receiver }, ...rest);
};
syncBuiltinESMExports();
