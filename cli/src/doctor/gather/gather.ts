import type { Fleet } from '../../fleet';
import type { Facts } from '../facts';
import {
  findAlarms,
  findCostTags,
  findFunctions,
  findLogGroups,
  findRuns,
  findSchedules,
  findTables,
  findTriggers,
  type AwsSource,
} from './aws';
import { factOf } from './fact';
import { findFleet, listRegistered } from './fleet';
import { compareRegistry, findApp, findDeliveries, findHook, findKey, refusalOf, type GitHubSource } from './github';
import { findReleases, makeToken } from './installation';
import { findCpus, findImages, findMachines, findSubnets, type MachineSource } from './machines';

/** Where facts come from. */
export interface Sources {
  readonly aws: AwsSource;
  readonly gitHub: GitHubSource;
  readonly machines: MachineSource;
  /** Of every queue of the module. */
  readonly queues: () => Promise<readonly { readonly queue: string; readonly messages: number }[]>;
}

/** Asks everybody side by side; nothing is changed, and what fails is unknown. */
export async function gatherFacts(sources: Sources, fleet: Fleet): Promise<Facts> {
  const { aws, gitHub, machines } = sources;
  const registered = listRegistered(fleet);
  const found = registered.then((known) => findFleet(known, fleet));
  const token = makeToken(gitHub);
  const facts = {
    functions: factOf(() => findFunctions(aws)),
    triggers: factOf(() => findTriggers(aws)),
    schedules: factOf(() => findSchedules(aws)),
    runs: factOf(() => findRuns(aws)),
    queues: factOf(sources.queues),
    tables: factOf(() => findTables(aws)),
    alarms: factOf(() => findAlarms(aws)),
    logGroups: factOf(() => findLogGroups(aws)),
    key: factOf(() => findKey(gitHub)),
    token: factOf(() => refusalOf(() => token)),
    app: factOf(() => findApp(gitHub)),
    hook: factOf(() => findHook(gitHub)),
    deliveries: factOf(() => findDeliveries(gitHub)),
    registry: factOf(async () => compareRegistry(await registered, gitHub)),
    fleet: factOf(() => found),
    machines: factOf(() => findMachines(machines, aws.prefix)),
    cpus: factOf(async () => findCpus(machines, (await found).tenants)),
    subnets: factOf(() => findSubnets(machines)),
    images: factOf(() => findImages(machines)),
    releases: factOf(async () => findReleases(await token, gitHub)),
    costTags: factOf(() => findCostTags(aws)),
  };
  return {
    now: aws.now.toISOString(),
    functions: await facts.functions,
    triggers: await facts.triggers,
    schedules: await facts.schedules,
    runs: await facts.runs,
    queues: await facts.queues,
    tables: await facts.tables,
    alarms: await facts.alarms,
    logGroups: await facts.logGroups,
    key: await facts.key,
    token: await facts.token,
    app: await facts.app,
    hook: await facts.hook,
    deliveries: await facts.deliveries,
    registry: await facts.registry,
    fleet: await facts.fleet,
    machines: await facts.machines,
    cpus: await facts.cpus,
    subnets: await facts.subnets,
    images: await facts.images,
    releases: await facts.releases,
    costTags: await facts.costTags,
  };
}
