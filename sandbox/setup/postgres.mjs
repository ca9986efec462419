// A PostgreSQL of its own in a folder that is thrown away: its programs are the system's.
import { execFile, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SetupError, findProgram } from './command.mjs';

const run = promisify(execFile);
/** Where Debian puts each release, and Homebrew the one that is linked. */
const FOLDERS = ['/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt'];
/** PostgreSQL does not run as root; Linux has this user for what owns nothing. */
const NOBODY = 65534;
export const ADMIN_PASSWORD = 'admin-of-the-tests';

/**
 * Starts it with the database `saasdb`, whose owner `saas_admin` may make roles and is no superuser, as Aurora's master
 * user is none. Everybody needs a password. Answers `folder`, where its socket is, and `bin`, where its programs are;
 * `ask(sql, options)`, which runs psql and answers what it printed; `connect`, which answers once a connection stands,
 * with what hangs up; and `stop`.
 */
export async function startPostgres() {
  const bin = findPostgres();
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  const isRoot = process.getuid() === 0;
  const nobody = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  const environment = { PATH: process.env.PATH, LC_ALL: 'C', HOME: folder };
  const options = { cwd: folder, env: environment };
  writeFileSync(join(folder, 'password'), `${ADMIN_PASSWORD}\n`);
  if (isRoot) for (const path of [folder, join(folder, 'password')]) chownSync(path, NOBODY, NOBODY);
  const data = join(folder, 'data');
  await run(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'root_of_all', '--auth=scram-sha-256', `--pwfile=${folder}/password`, '--no-sync'],
    { ...options, ...nobody },
  );
  const settings = ["listen_addresses=''", `unix_socket_directories='${folder}'`, 'fsync=off'];
  settings.push("shared_preload_libraries='pg_stat_statements'");
  const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting.replaceAll("'", '')])];
  const server = spawn(join(bin, 'postgres'), args, { ...options, ...nobody, stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  const ended = new Promise((resolve) => server.on('close', resolve));
  await new Promise((resolve, reject) => {
    server.stderr.on('data', (chunk) => {
      log += chunk;
      if (log.includes('ready to accept connections')) resolve();
    });
    server.on('close', () => reject(new Error(`PostgreSQL ended:\n${log}`)));
  });
  const psql = ({ user, database = 'saasdb' }) => ['-X', '-q', '-A', '-t', '-h', folder, '-U', user, '-d', database];
  const withPassword = ({ password = ADMIN_PASSWORD, env = {} }) => ({
    ...options,
    env: { ...environment, PGPASSWORD: password, ...env },
  });
  const ask = (sql, { variables = {}, files = ['-'], ...who }) =>
    new Promise((resolve) => {
      const given = Object.entries(variables).flatMap(([name, value]) => ['-v', `${name}=${value}`]);
      const child = execFile(
        join(bin, 'psql'),
        [...psql(who), ...given, ...files.flatMap((file) => ['-f', file])],
        withPassword(who),
        (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }),
      );
      child.stdin.end(sql);
    });
  const connect = (who) =>
    new Promise((resolve) => {
      const child = spawn(join(bin, 'psql'), psql(who), { ...withPassword(who), stdio: ['pipe', 'pipe', 'ignore'] });
      const hungUp = new Promise((done) => child.on('close', done));
      child.stdout.once('data', () =>
        resolve(() => {
          child.stdin.end('SELECT 1;\n');
          return hungUp;
        }),
      );
      child.stdin.write('\\echo connected\n');
    });
  const asRoot = { user: 'root_of_all', database: 'postgres' };
  const made = await ask(
    `CREATE ROLE saas_admin LOGIN CREATEROLE PASSWORD '${ADMIN_PASSWORD}';
     CREATE DATABASE saasdb OWNER saas_admin;`,
    asRoot,
  );
  if (made.code !== 0) throw new Error(made.stderr);
  // Aurora's master user may; elsewhere a superuser alone may.
  await ask('CREATE EXTENSION pg_stat_statements', { ...asRoot, database: 'saasdb' });
  return {
    folder,
    bin,
    ask,
    connect,
    stop: async () => {
      server.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The folder of its programs. */
export function findPostgres() {
  const folders = FOLDERS.filter((folder) => existsSync(folder)).flatMap((folder) =>
    readdirSync(folder).map((name) => join(folder, name, 'bin')),
  );
  const onPath = findProgram('initdb');
  const found = [...(onPath ? [join(onPath, '..')] : []), ...folders.sort().reverse()].find((folder) =>
    ['initdb', 'postgres', 'psql'].every((name) => existsSync(join(folder, name))),
  );
  if (found !== undefined) return found;
  throw Object.assign(
    new SetupError('There is no PostgreSQL; install it (Debian: apt-get install postgresql) and run the check again.'),
    { missingTool: true },
  );
}
