export const PREFIX = 'memory';
/** As the functions' environment has it. */
export const INSTALLATION = 'bench';
export const TENANT = 1_001;
