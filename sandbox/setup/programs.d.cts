import type { Program } from './command-line.cjs';

export const SANDBOX: Program;
export const BENCH: Program;
