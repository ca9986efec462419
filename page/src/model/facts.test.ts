import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { job, overview, starts, sums, why } from '../../test/facts';

const document = JSON.parse(readFileSync(join(__dirname, '../../../docs/openapi.json'), 'utf8'));
const ajv = new Ajv2020({ strict: true });
addFormats(ajv);

/** The answer of an operation by its path. */
const schemaOf = (path: string): object =>
  document.paths[`/v1${path}`].get.responses['200'].content['application/json'].schema;

/** The page's types are its own, so what they say is held against the API's word. */
test.each<readonly [string, unknown]>([
  ['/tenants/{installation_id}/overview', overview],
  ['/overview', { tenants: [overview], next_cursor: 'a.b' }],
  ['/tenants/{installation_id}/jobs/{job_id}/why', why],
  ['/tenants/{installation_id}/jobs/{job_id}', job],
  ['/usage', { month: '2026-01', sums }],
  ['/tenants/{installation_id}/usage', { month: '2026-01', sizes: sums, days: [{ ...sums[0], day: '2026-01-15' }] }],
  ['/tenants/{installation_id}/stats', { sizes: [starts] }],
  ['/tenants/{installation_id}/limits', { limits: [{ limit: 'GitHub', left: 'none', refills: 'soon' }] }],
  ['/health/nets', { nets: [{ net: 'n', what: 'w', seen_to: '2026-01-15', behind_seconds: 1, late: false }] }],
  ['/dead-letters', { queues: [{ queue: 'q', messages: 1, has_source: true }] }],
  ['/logins/{org_name}', { tenants: [{ installation_id: 1001, status: 'active' }] }],
  ['/me', { role: 'tenant-viewer', actor: 'link 1', installation_id: 1001 }],
])('the facts of the tests are what %s answers', (path, facts) => {
  const validate = ajv.compile(schemaOf(path));
  validate(facts);
  expect(validate.errors).toBeNull();
});
