module.exports = {
  ...require('../jest.preset.cjs'),
  displayName: 'namespaces',
  // It ships ES modules only.
  transformIgnorePatterns: ['/node_modules/(?!@marcbachmann/)'],
};
