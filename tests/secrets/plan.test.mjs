// What a plan would write into the state. Secrets given as values appear only in the App's parameters; with references
// the state contains no secret.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { ACCOUNT, REGION, plan, planOnce, resourcesOf } from '../terraform/render.mjs';

const SECRETS = {
  'the private key': Buffer.from('-----BEGIN RSA PRIVATE KEY-----\n').toString('base64'),
  'the webhook secret': 'a-secret-of-the-plan-tests',
};
const reference = (name) =>
  `{ arn = "arn:aws:ssm:${REGION}:${ACCOUNT}:parameter/elsewhere/${name}", name = "/elsewhere/${name}" }`;
const REFERENCES = `github_app = {
  id_ssm             = ${reference('id')}
  key_base64_secret  = { arn = "arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:elsewhere/key-a1B2c3" }
  webhook_secret_ssm = ${reference('webhook-secret')}
}`;

/** Addresses and attributes that contain a secret; inputs of the caller's own plan are not in the state. */
function holdersOf(json) {
  const found = [];
  const search = (address, path, value) => {
    if (typeof value === 'string') {
      for (const [name, secret] of Object.entries(SECRETS))
        if (value.includes(secret)) found.push(`${name} in ${address}, ${path}`);
    } else if (value !== null && typeof value === 'object') {
      for (const [key, inner] of Object.entries(value)) search(address, path === '' ? key : `${path}.${key}`, inner);
    }
  };
  for (const { address, values } of resourcesOf(json)) search(address, '', values);
  for (const [name, output] of Object.entries(json.planned_values.outputs ?? {}))
    search(`output ${name}`, '', output.value);
  search('prior state', '', json.prior_state ?? {});
  return found.sort();
}

describe('the secrets of a plan', () => {
  let given;
  let referred;
  before(async () => {
    given = await planOnce();
    const { failed, output, json } = await plan({ settings: REFERENCES });
    assert.ok(!failed, output);
    referred = json;
  });

  it('are in the App’s parameters when they are given as values, and nowhere else', () => {
    assert.deepEqual(holdersOf(given), [
      'the private key in module.ssm.aws_ssm_parameter.app["key_base64"], value',
      'the webhook secret in module.ssm.aws_ssm_parameter.app["webhook_secret"], value',
    ]);
  });

  it('are not in it at all when references are given', () => {
    assert.deepEqual(holdersOf(referred), []);
    assert.deepEqual(
      resourcesOf(referred)
        .filter(({ type }) => type === 'aws_ssm_parameter')
        .map(({ address }) => address),
      [],
    );
  });
});
