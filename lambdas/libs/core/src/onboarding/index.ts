export * from './row-report';
