// examples/saas-platform/sql on a real PostgreSQL: three tenants in one database, each logged in with its own password,
// against the schema of each. Ends with "N passed, N failed".
import { join } from 'node:path';
import { root } from '../../scripts/process.mjs';
import { startPostgres } from '../../sandbox/setup/postgres.mjs';

const TENANTS = ['tenant_acme_corp', 'tenant_globex_inc', 'tenant_initech_llc'];
const ADMIN = { user: 'saas_admin' };
const [DONE, REFUSED] = ['00000', '42501'];
const file = (name) => join(root, 'examples', 'saas-platform', 'sql', `${name}.sql`);
const passwordOf = (tenant) => `password-of-${tenant}`;

/** What a tenant with data has. */
const DATA = `
  CREATE TABLE orders (id serial PRIMARY KEY, what text);
  INSERT INTO orders (what) VALUES (CURRENT_USER || ' has ordered');
  CREATE FUNCTION secret() RETURNS text LANGUAGE sql AS 'SELECT ''a secret''';`;

/** By verb, what `me` tries at the schema of `whose`. */
const VERBS = {
  select: (whose) => `SELECT * FROM ${whose}.orders`,
  insert: (whose) => `INSERT INTO ${whose}.orders (what) VALUES ('x')`,
  update: (whose) => `UPDATE ${whose}.orders SET what = 'x'`,
  delete: (whose) => `DELETE FROM ${whose}.orders`,
  truncate: (whose) => `TRUNCATE ${whose}.orders`,
  copy: (whose) => `COPY ${whose}.orders TO STDOUT`,
  lock: (whose) => `LOCK TABLE ${whose}.orders`,
  explain: (whose) => `EXPLAIN SELECT * FROM ${whose}.orders`,
  'next number': (whose) => `SELECT nextval('${whose}.orders_id_seq')`,
  call: (whose) => `SELECT ${whose}.secret()`,
  refer: (whose, me) => `CREATE TABLE ${me}.t (id int REFERENCES ${whose}.orders)`,
  view: (whose, me) => `CREATE VIEW ${me}.v AS SELECT * FROM ${whose}.orders`,
  'create table': (whose) => `CREATE TABLE ${whose}.t (id int)`,
  'create function': (whose) => `CREATE FUNCTION ${whose}.f() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
  'alter table': (whose) => `ALTER TABLE ${whose}.orders ADD more text`,
  'drop table': (whose) => `DROP TABLE ${whose}.orders`,
  grant: (whose, me) => `GRANT SELECT ON ${whose}.orders TO ${me}`,
};

/** What no tenant may, with the state that PostgreSQL answers. */
const NEVER = {
  'become another tenant': (me, other) => [`SET ROLE ${other}`, REFUSED],
  'be another tenant from now on': (me, other) => [`SET SESSION AUTHORIZATION ${other}`, REFUSED],
  'join another tenant': (me, other) => [`GRANT ${other} TO ${me}`, REFUSED],
  'become the administrator': () => ['SET ROLE saas_admin', REFUSED],
  'make roles': () => ['CREATE ROLE friend', REFUSED],
  'give itself rights': (me) => [`ALTER ROLE ${me} CREATEROLE`, REFUSED],
  "set another's password": (me, other) => [`ALTER ROLE ${other} PASSWORD 'mine'`, REFUSED],
  'make a schema': () => ['CREATE SCHEMA more', REFUSED],
  'drop its own schema': (me) => [`DROP SCHEMA ${me} CASCADE`, REFUSED],
  'put things where all look': () => ['CREATE TABLE public.t (id int)', REFUSED],
  'take the database': (me) => [`ALTER DATABASE saasdb OWNER TO ${me}`, REFUSED],
  "read the texts of all tenants' queries": () => ['SELECT * FROM public.pg_stat_statements', REFUSED],
  'read passwords': () => ['SELECT * FROM pg_authid', REFUSED],
  'read files of the server': () => ["SELECT pg_read_file('PG_VERSION')", REFUSED],
  'run programs of the server': () => ["COPY (SELECT 1) TO PROGRAM 'true'", REFUSED],
  "end another's connections": (me, other) => [
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${other}'`,
    REFUSED,
  ],
};

const counted = { passed: 0, failed: 0 };
function expect(what, actual, expected) {
  const holds = JSON.stringify(actual) === JSON.stringify(expected);
  counted[holds ? 'passed' : 'failed'] += 1;
  if (!holds) console.log(`FAIL ${what}\n     ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`);
}

const postgres = await startPostgres();
const as = (tenant) => ({ user: tenant, password: passwordOf(tenant) });
const make = (tenant, password = passwordOf(tenant)) =>
  postgres.ask('', { ...ADMIN, files: [file('tenant')], variables: { tenant }, env: { TENANT_PASSWORD: password } });
/** One line for each statement, each taken back. */
async function states(tenant, statements) {
  const script = statements.map((sql) => `BEGIN;\n${sql} \\g /dev/null\n\\echo :SQLSTATE\nROLLBACK;`).join('\n');
  const { stdout } = await postgres.ask(script, as(tenant));
  return stdout.trim().split('\n');
}

try {
  await refusals();
  await lifecycle();
} finally {
  await postgres.stop();
}
console.log(`${counted.passed} passed, ${counted.failed} failed`);
process.exitCode = counted.failed > 0 ? 1 : 0;

async function refusals() {
  const platform = await postgres.ask('', { ...ADMIN, files: [file('platform')] });
  expect(
    'the platform is set up',
    [platform.code, platform.stderr.replace(/.*already exists, skipping\n/, '')],
    [0, ''],
  );
  for (const tenant of TENANTS) {
    expect(`${tenant} is made`, await make(tenant), { code: 0, stdout: '', stderr: '' });
    // Without the schema's name: the search path finds it.
    expect(`${tenant} makes tables`, (await postgres.ask(DATA, as(tenant))).stderr, '');
  }
  const rows = [];
  for (const me of TENANTS) {
    const other = TENANTS.find((one) => one !== me);
    const hangUp = await postgres.connect(as(other));
    const never = Object.entries(NEVER).map(([what, statement]) => [what, ...statement(me, other)]);
    const found = await states(
      me,
      never.map(([, sql]) => sql),
    );
    never.forEach(([what, , state], index) => expect(`${me} may not ${what}`, found[index], state));
    for (const whose of TENANTS) {
      const verbs = Object.keys(VERBS);
      const answers = await states(
        me,
        verbs.map((verb) => VERBS[verb](whose, me)),
      );
      verbs.forEach((verb, index) =>
        expect(`${me}: ${verb} at ${whose}`, answers[index], me === whose ? DONE : REFUSED),
      );
      rows.push(
        `${me.padEnd(20)} ${whose.padEnd(20)} ${answers.filter((one) => one === DONE).length} of ${verbs.length}`,
      );
    }
    await hangUp();
  }
  console.log(['tenant               schema               may', ...rows].join('\n'));
}

/** A new password, and an end. */
async function lifecycle() {
  const [acme, globex] = TENANTS;
  const logsIn = async (tenant, password) => (await postgres.ask('SELECT 1', { user: tenant, password })).code === 0;
  expect("another's password is refused", await logsIn(acme, passwordOf(globex)), false);
  expect('no password is refused', await logsIn(acme, ''), false);
  await make(acme, 'a-new-password');
  expect('a new password is taken', await logsIn(acme, 'a-new-password'), true);
  expect('the old one is not', await logsIn(acme, passwordOf(acme)), false);
  const kept = await postgres.ask('SELECT what FROM orders', { user: acme, password: 'a-new-password' });
  expect('the data is as it was', kept.stdout, 'tenant_acme_corp has ordered\n');

  const hangUp = await postgres.connect(as(globex));
  const gone = await postgres.ask('', { ...ADMIN, files: [file('drop-tenant')], variables: { tenant: globex } });
  expect(
    'a tenant is dropped',
    [gone.code, gone.stderr.replaceAll(/^.*NOTICE.*\n|^drop cascades.*\n|^DETAIL.*\n/gm, '')],
    [0, ''],
  );
  expect('its connections are ended', [gone.stdout, await hangUp()], ['1\n', 2]);
  const left = await postgres.ask(
    `SELECT (SELECT count(*) FROM pg_roles WHERE rolname = '${globex}')
          + (SELECT count(*) FROM pg_namespace WHERE nspname = '${globex}')
          + (SELECT count(*) FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = '${globex}')`,
    ADMIN,
  );
  expect('nothing of it is left', left.stdout, '0\n');
  const others = await postgres.ask('SELECT what FROM orders', as(TENANTS[2]));
  expect('the others have their data', others.stdout, 'tenant_initech_llc has ordered\n');
}
