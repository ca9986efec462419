import { createInterface } from 'node:readline';
import type { Templates } from '@multi-tenant-runner/namespaces';
import { connectAccount } from './app/account';
import { connectApi } from './aws/api';
import { connect } from './connect';
import { localFiles } from './local-files';
import { main } from './main';
import { COLOURED, PLAIN } from './output/colours';
import { NO_PROGRESS, createProgress, type Every } from './output/progress';
import { servePage } from './page/serve-page';

/** Put in by build.mjs, so that mtr stays one file. */
declare const TENANT_NAMESPACE: Templates;
declare const VERSION: string;

const prefix = process.env['MTR_PREFIX'];
const endpoint = process.env['AWS_ENDPOINT_URL'];
const namespaces = process.env['MTR_NAMESPACES'];
const api = process.env['MTR_API'];

/** Read only once somebody asks: an open input would keep every other command from ending. */
async function* standardInput(): AsyncGenerator<string> {
  yield* createInterface({ input: process.stdin });
}

const isTerminal = process.stdout.isTTY;

const every: Every = (call, milliseconds) => {
  const timer = setInterval(call, milliseconds);
  return () => clearInterval(timer);
};

process.exitCode = await main(process.argv.slice(2), {
  version: VERSION,
  connectAccount: (target) => connectAccount({ ...target, ...(endpoint !== undefined && { endpoint }) }),
  fetch,
  lines: standardInput(),
  tell: (line) => void process.stderr.write(`${line}\n`),
  connect: (target) => connect({ ...target, ...(endpoint !== undefined && { endpoint }) }),
  openApi: connectApi,
  servePage,
  write: (text) => void process.stdout.write(text),
  writeError: (text) => void process.stderr.write(text),
  isTerminal,
  paint: isTerminal && (process.env['NO_COLOR'] ?? '') === '' ? COLOURED : PLAIN,
  progress: process.stderr.isTTY ? createProgress((text) => void process.stderr.write(text), every) : NO_PROGRESS,
  namespaces: { files: localFiles, templates: TENANT_NAMESPACE },
  ...(prefix !== undefined && { defaultPrefix: prefix }),
  ...(api !== undefined && { defaultApi: api }),
  ...(namespaces !== undefined && { defaultNamespaces: namespaces }),
});
