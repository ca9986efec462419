export * from './deps';
export * from './admit';
export * from './release';
export * from './wake';
export * from './restart';
export * from './end-job';
export * from './ask-github';
export * from './end-machine';
