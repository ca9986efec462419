import type { AppSettings } from '@multi-tenant-runner/core';

export const PLENTY = { apps: 99, tasks: 99, vcpu: 99, memoryGb: 99, secrets: 99, buildsPerHour: 99 };

export const SETTINGS: AppSettings = {
  domain: 'apps.example.com',
  https: true,
  builder: 'runner',
  quotas: new Map([['small', { apps: 5, tasks: 10, vcpu: 10, memoryGb: 20, secrets: 20, buildsPerHour: 5 }]]),
  reservedNames: [],
};
