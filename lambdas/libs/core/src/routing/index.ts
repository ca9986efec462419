export * from './read-job';
export * from './route-job';
