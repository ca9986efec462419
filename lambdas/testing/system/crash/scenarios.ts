import { CHECKS } from './checks';
import { FLEET } from './fleet';
import { ORDERS } from './orders';
import { POOLS } from './pools';
import { GATES } from './gates';
import { GROUPS } from './groups';
import { LAUNCHES } from './launches';
import { RECOVERIES } from './recoveries';
import { RUNNERS } from './runners';
import type { Scenario } from './scenario';
import { SWEEPS } from './sweeps';
import { ROW_EDITS } from './row-edits';
import { TENANTS } from './tenants';

export const SCENARIOS: readonly Scenario[] = [
  ...LAUNCHES,
  ...GROUPS,
  ...RUNNERS,
  ...SWEEPS,
  ...TENANTS,
  ...ROW_EDITS,
  ...RECOVERIES,
  ...GATES,
  ...FLEET,
  ...CHECKS,
  ...ORDERS,
  ...POOLS,
];
