// One place for how TypeScript is compiled in tests.

/** They ship ES modules only, so they are compiled too. */
const MODULES = [
  '@octokit',
  'universal-user-agent',
  'before-after-hook',
  'universal-github-app-jwt',
  'toad-cache',
  'bottleneck',
  'fast-content-type-parse',
  'json-with-bigint',
  'content-type',
  'jose',
];

// Tests run on Node 20 too; the SDK's advice that its releases of 2027 won't says nothing about a test.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

module.exports = {
  testEnvironment: 'node',
  testMatch: ['**/*.test.ts'],
  // For what never ends. How fast the machine is, and what else it does, is no test's business: jest's own 5 s judge
  // just that.
  testTimeout: 600_000,
  // Suites leave memory behind. In `npm test` each jest has one or few workers for all of them; with a limit even a
  // single one is a process that jest replaces.
  ...(process.env.TEST_WORKERS !== undefined && { workerIdleMemoryLimit: '1GB' }),
  transform: {
    '^.+\\.(t|j)sx?$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${MODULES.join('|')})/)`],
  // Its package.json names no file for `require`, which is what tests compile imports to.
  moduleNameMapper: {
    '^@octokit/webhooks-methods$': require('node:path').join(
      __dirname,
      'node_modules/@octokit/webhooks-methods/dist-node/index.js',
    ),
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/build/', '/\\.sandbox/'],
};
