import type { AppSecretWriter, AppSettings, RawDelivery } from '@multi-tenant-runner/core';
import type { InMemoryApps } from '@multi-tenant-runner/testing';
import type { AppsDeps } from '../src/deps';

export const REGISTRY = '123456789012.dkr.ecr.us-east-1.amazonaws.com';
export const APP_SETTINGS: AppSettings = {
  domain: 'apps.example.test',
  https: true,
  builder: 'runner',
  quotas: new Map([['small', { apps: 2, tasks: 4, vcpu: 1, memoryGb: 2, secrets: 20, buildsPerHour: 10 }]]),
  reservedNames: ['intern'],
};

export interface WebhookInMemory {
  readonly got: RawDelivery[];
  status: number;
}

export function appsInMemory(
  { apps, deployments }: InMemoryApps,
  webhook: WebhookInMemory,
  secrets: AppSecretWriter,
): AppsDeps {
  return {
    prefix: 'test',
    region: 'us-east-1',
    store: apps,
    deployments,
    secrets,
    webhook: {
      deliver: async (delivery) => {
        webhook.got.push(delivery);
        return { status: webhook.status, said: 'The webhook has answered.' };
      },
    },
    push: {
      registry: REGISTRY,
      credentials: {
        forRepository: async (repository, session) => ({
          accessKeyId: `ASIA-${session}`,
          secretAccessKey: `secret of ${repository}`,
          sessionToken: 'a session',
          expiresAt: '2026-01-15T12:15:00.000Z',
        }),
      },
    },
  };
}
