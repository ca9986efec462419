import { Refuse, textOf, textsOf, type Input, type Operation } from './refuse';

interface Rollout {
  readonly taskDefinition: string;
  rolloutState: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  status: 'PRIMARY' | 'ACTIVE';
  rolloutStateReason?: string;
}

interface Service {
  readonly serviceName: string;
  readonly serviceArn: string;
  status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
  taskDefinition: string;
  desiredCount: number;
  runningCount: number;
  targetGroups: string[];
  securityGroups: string[];
  deployments: Rollout[];
  /** On which ECS takes a version back. */
  alarms: string[];
  /** None where one was on as the version began. */
  watched: string[];
}

interface TaskDefinition {
  readonly taskDefinitionArn: string;
  readonly family: string;
  status: 'ACTIVE' | 'INACTIVE';
  readonly tags: unknown;
  readonly image: string;
  readonly asked: Input;
}

const REGION = 'arn:aws:ecs:us-east-1:123456789012';

/**
 * ECS as its API reference says, as far as the deployer uses it: a service drains before its name is free, a version
 * rolls out once its tasks are healthy, and the circuit breaker takes one back whose are not, or an alarm.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/Welcome.html
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-alarm-failure.html
 */
export interface FakeEcs {
  readonly services: Map<string, Service>;
  readonly tasks: Map<string, TaskDefinition>;
  /** Target groups and security groups that a service which runs or drains holds. */
  holds(id: string): boolean;
  /** Rolls out what is under way, or that of one service; versions whose image is in `broken` are taken back. */
  settle(name?: string): void;
  readonly broken: Set<string>;
  /** CloudWatch's alarms that are in the state ALARM. */
  readonly alarming: ReadonlySet<string>;
  readonly operations: Readonly<Record<string, Operation>>;
}

export function createFakeEcs(alarming: ReadonlySet<string>): FakeEcs {
  const services = new Map<string, Service>();
  const tasks = new Map<string, TaskDefinition>();
  const broken = new Set<string>();
  const revisions = new Map<string, number>();
  const standing = (name: unknown): Service | undefined => services.get(textOf(name));
  const taskOf = (arn: unknown): TaskDefinition => {
    const task = tasks.get(textOf(arn));
    if (task?.status !== 'ACTIVE') throw new Refuse('ClientException', 'TaskDefinition is inactive or not found');
    return task;
  };
  const start = (service: Service, taskDefinition: string): void => {
    const others = service.deployments.filter((one) => one.taskDefinition !== taskDefinition);
    for (const one of others) one.status = 'ACTIVE';
    service.taskDefinition = taskDefinition;
    service.watched = service.alarms.some((name) => alarming.has(name)) ? [] : service.alarms;
    service.deployments = [{ taskDefinition, rolloutState: 'IN_PROGRESS', status: 'PRIMARY' }, ...others];
  };
  const settleService = (service: Service): void => {
    if (service.status === 'DRAINING') service.status = 'INACTIVE';
    if (service.status !== 'ACTIVE') return void (service.runningCount = 0);
    const [primary] = service.deployments;
    if (primary?.rolloutState === 'IN_PROGRESS' && service.desiredCount > 0) rollOut(service, primary);
    const isUp = service.deployments[0]?.rolloutState === 'COMPLETED';
    service.runningCount = isUp ? service.desiredCount : 0;
  };
  const rollOut = (service: Service, primary: Rollout): void => {
    const isBroken = broken.has(tasks.get(primary.taskDefinition)?.image ?? '');
    const alarm = service.watched.find((name) => alarming.has(name));
    if (!isBroken && alarm === undefined) {
      primary.rolloutState = 'COMPLETED';
      service.deployments = [primary];
      return;
    }
    primary.rolloutState = 'FAILED';
    primary.rolloutStateReason = isBroken
      ? 'ECS deployment circuit breaker: tasks failed to start.'
      : 'ECS deployment failed: alarm detected.';
    const before = service.deployments.find(({ rolloutState }) => rolloutState === 'COMPLETED');
    if (before === undefined) return;
    before.status = 'PRIMARY';
    primary.status = 'ACTIVE';
    service.taskDefinition = before.taskDefinition;
    service.deployments = [before, primary];
  };
  return {
    services,
    tasks,
    broken,
    alarming,
    holds: (id) =>
      [...services.values()].some(
        ({ status, targetGroups, securityGroups }) =>
          status !== 'INACTIVE' && [...targetGroups, ...securityGroups].includes(id),
      ),
    settle: (name) => services.forEach((one) => (name ?? one.serviceName) === one.serviceName && settleService(one)),
    operations: {
      DescribeServices: ({ services: names }) => {
        const found = textsOf(names).map((name) => services.get(name));
        return { services: found.filter((one) => one !== undefined), failures: [] };
      },
      RegisterTaskDefinition: ({ family, tags, ...asked }) => {
        const revision = (revisions.get(textOf(family)) ?? 0) + 1;
        revisions.set(textOf(family), revision);
        const taskDefinitionArn = `${REGION}:task-definition/${textOf(family)}:${revision}`;
        const [container] = asked['containerDefinitions'] as Input[];
        const image = textOf(container?.['image']);
        const status = 'ACTIVE';
        tasks.set(taskDefinitionArn, { taskDefinitionArn, family: textOf(family), status, tags, image, asked });
        return { taskDefinition: { taskDefinitionArn } };
      },
      DescribeTaskDefinition: ({ taskDefinition: family }) => {
        const latest = [...tasks.values()].filter((one) => one.family === family && one.status === 'ACTIVE').at(-1);
        if (latest === undefined) throw new Refuse('ClientException', 'Unable to describe task definition.');
        const { taskDefinitionArn, asked, tags } = latest;
        return { taskDefinition: { ...asked, taskDefinitionArn }, tags };
      },
      ListTaskDefinitions: ({ familyPrefix, status }) => ({
        taskDefinitionArns: [...tasks.values()]
          .filter((one) => one.family === familyPrefix && one.status === status)
          .map(({ taskDefinitionArn }) => taskDefinitionArn),
      }),
      DeregisterTaskDefinition: ({ taskDefinition }) => {
        taskOf(taskDefinition).status = 'INACTIVE';
        return {};
      },
      DeleteTaskDefinitions: ({ taskDefinitions }) => {
        if (textsOf(taskDefinitions).length > 10) throw new Refuse('InvalidParameterException', 'at most 10');
        for (const arn of textsOf(taskDefinitions)) tasks.delete(arn);
        return {};
      },
      CreateService: (input) => {
        const before = standing(input['serviceName']);
        if (before?.status === 'ACTIVE')
          throw new Refuse('InvalidParameterException', 'Creation of service was not idempotent.');
        if (before?.status === 'DRAINING')
          throw new Refuse('InvalidParameterException', 'Unable to Start a service that is still Draining.');
        const service: Service = {
          serviceName: textOf(input['serviceName']),
          serviceArn: `${REGION}:service/apps/${textOf(input['serviceName'])}`,
          status: 'ACTIVE',
          taskDefinition: '',
          desiredCount: Number(input['desiredCount']),
          runningCount: 0,
          targetGroups: (input['loadBalancers'] as Input[]).map(({ targetGroupArn }) => textOf(targetGroupArn)),
          securityGroups: groupsIn(input),
          deployments: [],
          alarms: alarmsIn(input) ?? [],
          watched: [],
        };
        start(service, taskOf(input['taskDefinition']).taskDefinitionArn);
        services.set(service.serviceName, service);
        return { service };
      },
      UpdateService: ({ service: name, desiredCount, taskDefinition, ...input }) => {
        const service = standing(name);
        if (service === undefined) throw new Refuse('ServiceNotFoundException', 'Service not found.');
        if (service.status !== 'ACTIVE') throw new Refuse('ServiceNotActiveException', 'Service was not ACTIVE.');
        service.desiredCount = Number(desiredCount);
        service.alarms = alarmsIn(input) ?? service.alarms;
        if (taskDefinition !== undefined) start(service, taskOf(taskDefinition).taskDefinitionArn);
        return { service };
      },
      DeleteService: ({ service: name, force }) => {
        const service = standing(name);
        if (service === undefined) throw new Refuse('ServiceNotFoundException', 'Service not found.');
        if (service.desiredCount > 0 && force !== true)
          throw new Refuse('InvalidParameterException', 'The service cannot be stopped while it is scaled above 0.');
        if (service.status === 'ACTIVE') service.status = 'DRAINING';
        return { service };
      },
    },
  };
}

function groupsIn(input: Input): string[] {
  const network = input['networkConfiguration'] as Input | undefined;
  return textsOf((network?.['awsvpcConfiguration'] as Input | undefined)?.['securityGroups']);
}

function alarmsIn(input: Input): string[] | undefined {
  const configuration = input['deploymentConfiguration'] as { readonly alarms?: Input } | undefined;
  const { rollback, alarmNames } = configuration?.alarms ?? {};
  return alarmNames === undefined ? undefined : textsOf(rollback === true ? alarmNames : []);
}
