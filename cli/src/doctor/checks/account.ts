import { DAY } from '@multi-tenant-runner/core';
import { defineCheck, failing, some, warning, type Check } from '../check';
import { COST_TAGS } from '../facts';

/** Addresses of a subnet; each machine takes one. */
const FEW_ADDRESSES = 20;
/** GitHub stops giving jobs to a runner thirty days after a newer version. */
const OLD_IMAGE = 30;

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
  defineCheck({
    name: 'images',
    needs: ['images'],
    fine: 'Every size has an image, made within thirty days.',
    judge: ({ images, now }) => {
      const gone = images.filter(({ exists }) => !exists);
      if (gone.length > 0)
        return failing(
          `There is no image ${some(gone.map(({ image, size }) => `${image} (${size})`))}.`,
          'Set runner.image.',
        );
      const old = images.filter(
        ({ createdAt }) => createdAt !== undefined && now.getTime() - Date.parse(createdAt) > OLD_IMAGE * DAY,
      );
      if (old.length === 0) return undefined;
      return warning(
        `Older than thirty days: ${some(old.map(({ size }) => size))}.`,
        'docs/upgrading.md: build it again.',
      );
    },
  }),
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
