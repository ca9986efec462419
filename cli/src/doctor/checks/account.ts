import { defineCheck, failing, some, warning, type Check } from '../check';
import { COST_TAGS } from '../facts';
import { IMAGE_CHECKS } from './images';

/** Addresses of a subnet; each machine takes one. */
const FEW_ADDRESSES = 20;

export const ACCOUNT_CHECKS: readonly Check[] = [
  defineCheck({
    name: 'cpus',
    needs: ['cpus'],
    fine: "EC2's quota of vCPUs has room for all tenants' limits.",
    judge: ({ cpus: { quota, needed } }) =>
      needed <= quota
        ? undefined
        : warning(
            `All tenants' limits together are ${needed} vCPUs, and EC2 allows ${quota}.`,
            'docs/limits.md: ask for more, or jobs wait for capacity at the peak.',
          ),
  }),
  defineCheck({
    name: 'addresses',
    needs: ['subnets'],
    fine: 'The subnets have free addresses.',
    judge: ({ subnets }) => {
      const short = subnets.filter(({ free }) => free < FEW_ADDRESSES);
      if (short.length === 0) return undefined;
      const names = short.map(({ id, free }) => `${id} (${free})`);
      const all = short.length === subnets.length;
      return (all ? failing : warning)(`Few free addresses: ${some(names)}.`, 'Add subnets to subnet_ids.');
    },
  }),
  ...IMAGE_CHECKS,
  defineCheck({
    name: 'cost-tags',
    needs: ['costTags'],
    fine: 'The bill is split by tenant.',
    judge: ({ costTags }) => {
      const off = COST_TAGS.filter((key) => !costTags.some((tag) => tag.key === key && tag.active));
      if (off.length === 0) return undefined;
      return warning(`Not active as cost allocation tags: ${off.join(', ')}.`, 'README.md#monitoring has the command.');
    },
  }),
];
