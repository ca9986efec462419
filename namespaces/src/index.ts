export { namespaceOf } from './facts';
export { parseSettings, type Settings } from './settings';
export { entriesOf, parseExport, type TenantEntry } from './tenants';
export { readTemplates, type Templates } from './templates';
export { renderNamespaces } from './render';
