const { join } = require('node:path');
const preset = require('../../jest.preset.cjs');

const [pattern, [, options]] = Object.entries(preset.transform)[0];

module.exports = {
  ...preset,
  displayName: 'mutation',
  // A change may well wait for ever.
  testTimeout: 120_000,
  rootDir: join(__dirname, '../../lambdas'),
  transform: { [pattern]: [join(__dirname, 'transform.cjs'), options] },
};
