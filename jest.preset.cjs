// One place for how TypeScript is compiled in tests. Octokit ships ES modules only, so those packages are compiled too.
module.exports = {
  testEnvironment: 'node',
  testMatch: ['**/*.test.ts'],
  transform: {
    '^.+\\.(t|j)sx?$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } }],
  },
  transformIgnorePatterns: ['/node_modules/(?!(@octokit|universal-user-agent|before-after-hook|universal-github-app-jwt|toad-cache|bottleneck|fast-content-type-parse|json-with-bigint|content-type)/)'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/build/', '/\\.sandbox/'],
};
