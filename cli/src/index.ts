import { connect } from './connect';
import { main } from './main';

const prefix = process.env['MTR_PREFIX'];

process.exitCode = await main(process.argv.slice(2), {
  connect,
  write: (text) => void process.stdout.write(text),
  writeError: (text) => void process.stderr.write(text),
  isTerminal: process.stdout.isTTY === true,
  ...(prefix !== undefined && { defaultPrefix: prefix }),
});
