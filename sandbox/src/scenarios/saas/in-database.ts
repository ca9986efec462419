import { join } from 'node:path';
import { AwsClient } from 'aws4fetch';
import type { Ask } from './ask';
import { SUFFIX, TENANTS, hostOf, type SaasContext } from './context';

const DATABASE = 'saasdb';
const [DONE, REFUSED] = ['00000', '42501'];
const userOf = (tenant: string): string => `tenant_${tenant.replaceAll('-', '_')}`;

/**
 * The example's SQL on a real PostgreSQL, with the passwords that Terraform left in Secrets Manager; then each task
 * tries the schema of each tenant with what ECS gave it.
 */
export async function inDatabase({ database, aws, paths, checks }: Required<SaasContext>, ask: Ask): Promise<void> {
  const file = (name: string): string => join(paths.root, 'examples', 'saas-platform', 'sql', `${name}.sql`);
  const admin = { user: 'saas_admin', database: DATABASE };
  const made = [await database.ask('', { ...admin, files: [file('platform')] })];
  for (const tenant of TENANTS) {
    const user = userOf(tenant);
    const password = await passwordOf(aws, tenant);
    const variables = { tenant: user };
    made.push(
      await database.ask('', { ...admin, files: [file('tenant')], variables, env: { TENANT_PASSWORD: password } }),
      await database.ask('CREATE TABLE orders (id int)', { user, password, database: DATABASE }),
    );
  }
  const failed = made.filter(({ code }) => code !== 0);
  checks.check(
    'the SQL of the example makes a role and a schema for each tenant',
    failed.length === 0,
    JSON.stringify(failed),
  );
  for (const me of TENANTS) {
    const found: string[] = [];
    for (const whose of TENANTS) {
      const { body } = await ask(hostOf(me), `/sql/${userOf(whose)}`);
      found.push((JSON.parse(body) as { readonly state: string }).state);
    }
    const wanted = TENANTS.map((whose) => (whose === me ? DONE : REFUSED));
    checks.check(
      `a task of ${me} reads its own schema, and is refused at the two others`,
      found.join() === wanted.join(),
      found.join(),
    );
  }
}

async function passwordOf(aws: SaasContext['aws'], tenant: string): Promise<string> {
  const keys = { accessKeyId: aws.access_key_id, secretAccessKey: aws.secret_access_key, region: aws.region };
  const answer = await new AwsClient({ ...keys, service: 'secretsmanager' }).fetch(`${aws.endpoint_url}/`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'secretsmanager.GetSecretValue' },
    body: JSON.stringify({ SecretId: `rds/tenant/${tenant}/${SUFFIX}/password` }),
  });
  return ((await answer.json()) as { readonly SecretString: string }).SecretString;
}
