import { TAG, monthOf, type MachineLife, type UsageCorrection } from '@multi-tenant-runner/core';
import type { Row } from '../answer';
import { nextMonth } from '../read/parse-month';

/** Of FOCUS 1.1 those that a machine has. https://focus.finops.org/focus-specification/v1-1/ */
export const FOCUS_COLUMNS = [
  'BillingAccountId',
  'BillingCurrency',
  'BillingPeriodStart',
  'BillingPeriodEnd',
  'ChargePeriodStart',
  'ChargePeriodEnd',
  'ChargeCategory',
  'ChargeClass',
  'ChargeDescription',
  'BilledCost',
  'EffectiveCost',
  'ListCost',
  'ListUnitPrice',
  'PricingQuantity',
  'PricingUnit',
  'ConsumedQuantity',
  'ConsumedUnit',
  'ProviderName',
  'ServiceCategory',
  'ServiceName',
  'ResourceId',
  'ResourceType',
  'SkuId',
  'SubAccountId',
  'SubAccountName',
  'Tags',
];

const HOUR_SECONDS = 3_600;
const HOURS_PLACES = 1_000_000;

/** @param prefix of the installation, which charges the tenant */
export function focusRow(life: MachineLife, prefix: string): Row {
  const month = monthOf(life.endedAt);
  const cost = life.costMicros / 1_000_000;
  const hours = Math.round((life.seconds / HOUR_SECONDS) * HOURS_PLACES) / HOURS_PLACES;
  return {
    BillingAccountId: prefix,
    BillingCurrency: 'USD',
    BillingPeriodStart: `${month}-01T00:00:00Z`,
    BillingPeriodEnd: `${nextMonth(month)}-01T00:00:00Z`,
    ChargePeriodStart: life.startedAt,
    ChargePeriodEnd: life.endedAt,
    ChargeCategory: 'Usage',
    ChargeDescription: `A runner of size ${life.tier} for ${life.repository ?? 'an unknown repository'}`,
    BilledCost: cost,
    EffectiveCost: cost,
    ListCost: cost,
    ListUnitPrice: life.price === undefined ? undefined : life.price.machineHour + life.price.diskHour,
    PricingQuantity: hours,
    PricingUnit: 'Hours',
    ConsumedQuantity: life.seconds,
    ConsumedUnit: 'Seconds',
    ProviderName: prefix,
    ServiceCategory: 'Compute',
    ServiceName: 'GitHub Actions runners',
    ResourceId: life.instanceId,
    ResourceType: life.spot ? 'Spot machine' : 'Machine',
    SkuId: life.instanceType,
    SubAccountId: String(life.installationId),
    SubAccountName: life.repository?.split('/')[0],
    Tags: JSON.stringify({
      [TAG.tenantId]: String(life.installationId),
      [TAG.runnerTier]: life.tier,
      ...(life.workflow !== undefined && { workflow: life.workflow }),
    }),
  };
}

/**
 * A line of its own that adds to the machine's. Its class is that of FOCUS for charges that correct a period that was
 * invoiced, whether or not it was.
 */
export function focusCorrection(life: MachineLife, correction: UsageCorrection, prefix: string): Row {
  const { seconds, costMicros, id } = correction;
  return {
    ...focusRow({ ...life, seconds, costMicros }, prefix),
    ChargeClass: 'Correction',
    ChargeDescription: `Correction ${id} of a runner of size ${life.tier}`,
  };
}
