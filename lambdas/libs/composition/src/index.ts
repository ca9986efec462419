export * from './network';
export * from './protocol-config';
export * from './protocol-ports';
