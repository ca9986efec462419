export { parseSettings, type Settings } from './settings';
export { parseExport, type TenantEntry } from './tenants';
export { renderNamespaces, renderTenant } from './render';
