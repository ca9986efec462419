import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';
import { receiversEnvironment, receiversFile, type Receivers } from './receivers';

const root = join(__dirname, '../../..');
const fixture = (name: string): string =>
  readFileSync(join(root, 'lambdas/functions/callbacks/test', `receiver.${name}`), 'utf8');

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'receivers-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const env = () => ({ PATH: process.env['PATH'], ...receiversEnvironment({ config: folder, root }) });
const PROGRAM = `
  import { Resolver } from 'node:dns/promises';
  import { request } from 'node:https';
  import { connect } from 'node:tls';
  const [host] = await new Resolver().resolve4('hooks.example.com');
  const none = await new Resolver().resolve6('hooks.example.com');
  const createConnection = () => connect({ host, port: 443, servername: 'hooks.example.com' });
  request('https://hooks.example.com/', { createConnection }, ({ statusCode }) => {
    console.log(host, none.length, statusCode);
    process.exit();
  }).end();
`;

it('stands behind a public address of a public name, for a process that looks it up and connects', async () => {
  const server = createServer({ key: fixture('key'), cert: fixture('crt') }, (_request, response) =>
    response.writeHead(204).end(),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = Object(server.address());
  const receivers: Receivers = {
    names: { 'hooks.example.com': ['8.8.8.8'] },
    receivers: { '8.8.8.8': { port, ca: fixture('crt') } },
  };
  writeFileSync(receiversFile({ config: folder }), JSON.stringify(receivers));
  const options = { env: env(), encoding: 'utf8' } as const;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', PROGRAM], options);
  expect(stdout.trim()).toBe('8.8.8.8 0 204');
  server.closeAllConnections();
  server.close();
});

it('changes nothing where there are none', () => {
  rmSync(receiversFile({ config: folder }), { force: true });
  const program = "console.log(typeof require('node:tls').connect)";
  expect(execFileSync(process.execPath, ['--eval', program], { env: env(), encoding: 'utf8' }).trim()).toBe('function');
});
