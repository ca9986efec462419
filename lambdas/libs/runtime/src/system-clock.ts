import type { Clock } from '@multi-tenant-runner/core';

export const systemClock: Clock = { now: () => new Date() };
