// Sizes of runners and their disks. Each rule rejects something, and accepts something close.
import { tier } from './tier.mjs';

/** [what, inputs, sentence] */
export const REJECTED = [
  ["an empty map of tiers", { runner_tiers: {} }, undefined],
  ["a tier name too long for a queue", { runner_tiers: { 'aaaaaaaaaaaaaaaaaaaaaaaaa': tier() } }, undefined],
  ["a tier name in upper case", { runner_tiers: { 'Small': tier() } }, undefined],
  ["a tier name that takes another queues name", { runner_tiers: { 'small-dlq': tier() } }, undefined],
  ["windows", { runner_tiers: { 'small': tier({ runner_os: 'windows' }) } }, undefined],
  ["an unknown architecture", { runner_tiers: { 'small': tier({ runner_architecture: 'x86_64' }) } }, undefined],
  ["a tier without instance types", { runner_tiers: { 'small': tier({ instance_types: [] }) } }, undefined],
  ["an instance type that is none", { runner_tiers: { 'small': tier({ instance_types: ['t3.medium', 'medium'] }) } }, undefined],
  ["a negative max runners", { runner_tiers: { 'small': tier({ max_runners: -1 }) } }, undefined],
  ["half a runner", { runner_tiers: { 'small': tier({ max_runners: 1.5 }) } }, undefined],
  ["a tier without labels", { runner_tiers: { 'small': tier({ labels: [] }) } }, undefined],
  ["an empty label", { runner_tiers: { 'small': tier({ labels: ['linux', ''] }) } }, undefined],
  ["a label with blanks around it", { runner_tiers: { 'small': tier({ labels: ['linux '] }) } }, undefined],
  ["two labels written as one", { runner_tiers: { 'small': tier({ labels: ['linux,x64'] }) } }, undefined],
  ["a capacity that is none", { runner_tiers: { 'small': tier({ capacity: 'reserved' }) } }, undefined],
  ["a runner group that is none", { runner_tiers: { 'small': tier({ runner_group_id: 0 }) } }, undefined],
  ["a disk smaller than the image", { runner_tiers: { 'small': tier({ disk: { size_gb: 4 } }) } }, undefined],
  ["a disk smaller than any image", { runner: { disk: { size_gb: 4 } } }, undefined],
  ["a disk of the last generation", { runner: { disk: { type: 'gp2' } } }, undefined],
  ["an empty list of a tiers subnets", { runner_tiers: { small: tier({ subnet_ids: [] }) } }, undefined],
  ["a tiers subnet that is none", { runner_tiers: { small: tier({ subnet_ids: ['private-a'] }) } }, undefined],
  ["a tiers image that names nothing", { runner_tiers: { small: tier({ image: {} }) } }, undefined],
  ["two images of one tier", { runner_tiers: { small: tier({ image: { id: 'ami-0123456789abcdef0', ssm_parameter: '/golden/runner' } }) } }, undefined],
  ["a tiers image id that is none", { runner_tiers: { small: tier({ image: { id: 'golden' } }) } }, undefined],
  ["a tiers images of anybody", { runner_tiers: { small: tier({ image: { filter: { name: 'runner-*', owners: [] } } }) } }, undefined],
  ["a tiers disk of the last generation", { runner_tiers: { small: tier({ disk: { type: 'gp2' } }) } }, undefined],
  ["less throughput than gp3 starts with", { runner: { disk: { throughput: 50 } } }, undefined],
  ["more throughput of a tier than gp3 has", { runner_tiers: { small: tier({ disk: { throughput: 1001 } }) } }, undefined],
  ["a default tier that is no tier", { default_tier: 'tiny' }, undefined],
  ["an io2 disk without iops", { runner_tiers: { small: tier({ disk: { type: 'io2' } }) } }, undefined],
  ["a throughput that io2 does not take", { runner_tiers: { small: tier({ disk: { type: 'io2', iops: 4000, throughput: 250 } }) } }, undefined],
  ["fewer iops than gp3 starts with", { runner: { disk: { iops: 100 } } }, undefined],
  ["more throughput than gp3 has for its iops", { runner_tiers: { small: tier({ disk: { throughput: 751 } }) } }, undefined],
  ["more iops than gp3 has for its size", { runner_tiers: { small: tier({ disk: { size_gb: 8, iops: 4001 } }) } }, undefined],
  ["more iops than io2 has for its size", { runner_tiers: { small: tier({ disk: { size_gb: 8, type: 'io2', iops: 8001 } }) } }, undefined],
  ["fewer iops than io2 starts with", { runner_tiers: { small: tier({ disk: { type: 'io2', iops: 99 } }) } }, undefined],
  ["more iops than io2 has", { runner_tiers: { small: tier({ disk: { size_gb: 1000, type: 'io2', iops: 256001 } }) } }, undefined],
  ["two tiers with the same labels whatever their case and order", { runner_tiers: { small: tier({ labels: ['self-hosted', 'linux'] }), gold: tier({ max_runners: 9, labels: ['Linux', 'self-hosted'] }), } }, undefined],
];

/** [what, inputs], as many in one plan as there is room for. */
export const ACCEPTED = [
  ["tiers at the edge of every rule", { default_tier: 'aaaaaaaaaaaaaaaaaaaaaaaa', runner_tiers: { aaaaaaaaaaaaaaaaaaaaaaaa: tier({ max_runners: 0, labels: ['self hosted'] }), '2-arm_64': tier({ runner_architecture: 'arm64', instance_types: ['t4g.medium', 'u-6tb1.metal'], max_runners: 1000, labels: ['ARM64'], rank: 1.5, capacity: 'spot', runner_group_id: 7, disk: { size_gb: 8 } }), } }],
  ["a tier whose labels another has and one more", { runner_tiers: { small: tier({ labels: ['self-hosted', 'linux'] }), gold: tier({ max_runners: 9, labels: ['linux', 'self-hosted', 'gold'] }), } }],
];
