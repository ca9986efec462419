// The search itself is plain JavaScript, because the test runner needs it before anything is installed.
export { findTerraform, prepareTerraform, type ProviderSource } from '../../setup/provider-mirror.mjs';
