import {
  GetFunctionConfigurationCommand,
  ListEventSourceMappingsCommand,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import { MINUTE, SECOND } from '@multi-tenant-runner/core';
import * as v from 'valibot';
import type { AwsCall } from '../../aws/call';
import { COST_TAGS, type AlarmFact, type FunctionFact, type RunFact, type TableFact } from '../facts';

export interface AwsSource {
  readonly prefix: string;
  readonly now: Date;
  readonly call: AwsCall;
  readonly lambda: Pick<LambdaClient, 'send'>;
}

export const FUNCTIONS = ['webhook', 'scale-up', 'scale-down', 'machine', 'tenant-manager', 'recovery'] as const;
const TABLES = ['tenants', 'jobs', 'launches', 'usage', 'recovery', 'audit'] as const;
const WINDOW = 10 * MINUTE;

export function findFunctions({ prefix, lambda }: AwsSource): Promise<readonly FunctionFact[]> {
  return Promise.all(
    FUNCTIONS.map(async (one) => {
      const name = `${prefix}-${one}`;
      try {
        const found = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
        return {
          name,
          state: found.State ?? 'unknown',
          lastUpdate: found.LastUpdateStatus ?? 'unknown',
          ...(found.Runtime !== undefined && { runtime: found.Runtime }),
        };
      } catch (error) {
        if (error instanceof Error && error.name === 'ResourceNotFoundException') return { name };
        throw error;
      }
    }),
  );
}

export async function findTriggers({
  prefix,
  lambda,
}: AwsSource): Promise<{ readonly on: number; readonly off: number }> {
  const { EventSourceMappings = [] } = await lambda.send(
    new ListEventSourceMappingsCommand({ FunctionName: `${prefix}-scale-up` }),
  );
  const on = EventSourceMappings.filter(({ State }) => State === 'Enabled' || State === 'Enabling').length;
  return { on, off: EventSourceMappings.length - on };
}

const rules = v.object({ Rules: v.array(v.object({ Name: v.string(), State: v.string() })) });

export async function findSchedules({ prefix, call }: AwsSource) {
  const { Rules } = v.parse(rules, await call('events', 'ListRules', { NamePrefix: `${prefix}-` }));
  return Rules.map(({ Name, State }) => ({ name: Name, enabled: State === 'ENABLED' }));
}

const points = v.object({ Datapoints: v.array(v.object({ Sum: v.number() })) });

export function findRuns(source: AwsSource): Promise<readonly RunFact[]> {
  return Promise.all(
    FUNCTIONS.map(async (one) => {
      const name = `${source.prefix}-${one}`;
      const [invocations = 0, errors = 0, throttles = 0] = await Promise.all(
        ['Invocations', 'Errors', 'Throttles'].map((metric) => sumOf(name, metric, source)),
      );
      return { name, invocations, errors, throttles };
    }),
  );
}

async function sumOf(name: string, metric: string, { call, now }: AwsSource): Promise<number> {
  const answer = await call('monitoring', 'GetMetricStatistics', {
    Namespace: 'AWS/Lambda',
    MetricName: metric,
    Dimensions: [{ Name: 'FunctionName', Value: name }],
    StartTime: Math.floor((now.getTime() - WINDOW) / SECOND),
    EndTime: Math.floor(now.getTime() / SECOND),
    Period: WINDOW / SECOND,
    Statistics: ['Sum'],
  });
  return v.parse(points, answer).Datapoints.reduce((sum, { Sum }) => sum + Sum, 0);
}

const backups = v.object({
  ContinuousBackupsDescription: v.object({
    PointInTimeRecoveryDescription: v.object({ PointInTimeRecoveryStatus: v.string() }),
  }),
});
const table = v.object({ Table: v.object({ DeletionProtectionEnabled: v.optional(v.boolean(), false) }) });

export function findTables({ prefix, call }: AwsSource): Promise<readonly TableFact[]> {
  return Promise.all(
    TABLES.map(async (one) => {
      const TableName = `${prefix}-${one}`;
      const backup = v.parse(backups, await call('dynamodb', 'DescribeContinuousBackups', { TableName }));
      const described = v.parse(table, await call('dynamodb', 'DescribeTable', { TableName }));
      const { PointInTimeRecoveryStatus: status } = backup.ContinuousBackupsDescription.PointInTimeRecoveryDescription;
      return {
        name: TableName,
        pointInTimeRecovery: status === 'ENABLED',
        deletionProtection: described.Table.DeletionProtectionEnabled,
      };
    }),
  );
}

const alarms = v.object({
  MetricAlarms: v.array(
    v.object({
      AlarmName: v.string(),
      StateValue: v.string(),
      ActionsEnabled: v.optional(v.boolean(), true),
      AlarmActions: v.optional(v.array(v.string()), []),
    }),
  ),
});

export async function findAlarms({ prefix, call }: AwsSource): Promise<readonly AlarmFact[]> {
  const asked = { AlarmNamePrefix: `${prefix}-`, AlarmTypes: ['MetricAlarm'], MaxRecords: 100 };
  const { MetricAlarms } = v.parse(alarms, await call('monitoring', 'DescribeAlarms', asked));
  return MetricAlarms.map(({ AlarmName, StateValue, ActionsEnabled, AlarmActions }) => ({
    name: AlarmName,
    state: StateValue,
    armed: ActionsEnabled && AlarmActions.length > 0,
  }));
}

const groups = v.object({
  logGroups: v.array(v.object({ logGroupName: v.string(), retentionInDays: v.optional(v.number()) })),
});

export async function findLogGroups({ prefix, call }: AwsSource) {
  const asked = { logGroupNamePrefix: `/aws/lambda/${prefix}-` };
  const { logGroups } = v.parse(groups, await call('logs', 'DescribeLogGroups', asked));
  return logGroups.map(({ logGroupName: name, retentionInDays: retentionDays }) => ({
    name,
    ...(retentionDays !== undefined && { retentionDays }),
  }));
}

const tags = v.object({ CostAllocationTags: v.array(v.object({ TagKey: v.string(), Status: v.string() })) });

export async function findCostTags({ call }: AwsSource) {
  const { CostAllocationTags } = v.parse(tags, await call('ce', 'ListCostAllocationTags', { TagKeys: COST_TAGS }));
  return CostAllocationTags.map(({ TagKey, Status }) => ({ key: TagKey, active: Status === 'Active' }));
}
