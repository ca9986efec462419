/** A valid tier, with what a case changes. */
export const tier = (changes = {}) => ({
  runner_os: 'linux',
  runner_architecture: 'x64',
  instance_types: ['t3.medium'],
  max_runners: 2,
  labels: ['self-hosted'],
  ...changes,
});
