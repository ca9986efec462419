import type { Templates } from '@multi-tenant-runner/namespaces';
import { connectAccount } from './app/account';
import { connect } from './connect';
import { localFiles } from './local-files';
import { main } from './main';

/** Put in by build.mjs, so that mtr stays one file. */
declare const TENANT_NAMESPACE: Templates;

const prefix = process.env['MTR_PREFIX'];
const endpoint = process.env['AWS_ENDPOINT_URL'];
const namespaces = process.env['MTR_NAMESPACES'];

process.exitCode = await main(process.argv.slice(2), {
  connectAccount: (target) => connectAccount({ ...target, ...(endpoint !== undefined && { endpoint }) }),
  fetch,
  tell: (line) => void process.stderr.write(`${line}\n`),
  connect: (target) => connect({ ...target, ...(endpoint !== undefined && { endpoint }) }),
  write: (text) => void process.stdout.write(text),
  writeError: (text) => void process.stderr.write(text),
  isTerminal: process.stdout.isTTY === true,
  namespaces: { files: localFiles, templates: TENANT_NAMESPACE },
  ...(prefix !== undefined && { defaultPrefix: prefix }),
  ...(namespaces !== undefined && { defaultNamespaces: namespaces }),
});
