import { Refuse } from './refuse';

type Parameters = ReadonlyMap<string, string>;

interface TargetGroup {
  readonly arn: string;
  readonly name: string;
  readonly tags: ReadonlyMap<string, string>;
  path: string;
}

interface Rule {
  readonly arn: string;
  readonly listener: string;
  readonly priority: number;
  readonly tags: ReadonlyMap<string, string>;
  hosts: readonly string[];
  /** A fixed answer where there is none. */
  targetGroup?: string;
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html */
const [RULES, TARGET_GROUPS, PRIORITIES, VALUES, NAME] = [100, 3_000, 50_000, 5, 32];
const REGION = 'arn:aws:elasticloadbalancing:us-east-1:123456789012';

/**
 * Elastic Load Balancing's rules and target groups, with its refusals.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/Welcome.html
 */
export interface FakeElb {
  readonly targetGroups: Map<string, TargetGroup>;
  readonly rules: Map<string, Rule>;
  readonly operations: Readonly<Record<string, (parameters: Parameters) => string>>;
}

export function createFakeElb(): FakeElb {
  const targetGroups = new Map<string, TargetGroup>();
  const rules = new Map<string, Rule>();
  let made = 0;
  const rulesOf = (listener: string | undefined): Rule[] =>
    [...rules.values()].filter((rule) => rule.listener === listener);
  const setAction = (rule: Rule, parameters: Parameters): void => {
    const hosts = hostsIn(parameters);
    const targetGroup = parameters.get('Actions.member.1.TargetGroupArn');
    if (targetGroup !== undefined && !targetGroups.has(targetGroup)) throw new Refuse('TargetGroupNotFound');
    rule.hosts = hosts;
    if (targetGroup === undefined) delete rule.targetGroup;
    else rule.targetGroup = targetGroup;
  };
  return {
    targetGroups,
    rules,
    operations: {
      DescribeTargetGroups: (parameters) => {
        const name = parameters.get('Names.member.1');
        const found = [...targetGroups.values()].find((group) => group.name === name);
        if (found === undefined) throw new Refuse('TargetGroupNotFound', 'One or more target groups not found');
        return `<TargetGroups>${describeGroup(found)}</TargetGroups>`;
      },
      CreateTargetGroup: (parameters) => {
        const name = parameters.get('Name') ?? '';
        if (!/^[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?$/.test(name) || name.length > NAME)
          throw new Refuse(
            'ValidationError',
            `The target group name '${name}' cannot be longer than '${NAME}' characters`,
          );
        const standing = [...targetGroups.values()].find((group) => group.name === name);
        if (standing !== undefined) throw new Refuse('DuplicateTargetGroupName');
        if (targetGroups.size >= TARGET_GROUPS) throw new Refuse('TooManyTargetGroups');
        const arn = `${REGION}:targetgroup/${name}/${(made += 1)}`;
        const group = { arn, name, tags: tagsIn(parameters), path: parameters.get('HealthCheckPath') ?? '/' };
        targetGroups.set(arn, group);
        return `<TargetGroups>${describeGroup(group)}</TargetGroups>`;
      },
      ModifyTargetGroup: (parameters) => {
        const group = targetGroups.get(parameters.get('TargetGroupArn') ?? '');
        if (group === undefined) throw new Refuse('TargetGroupNotFound');
        group.path = parameters.get('HealthCheckPath') ?? group.path;
        return '';
      },
      DeleteTargetGroup: (parameters) => {
        const arn = parameters.get('TargetGroupArn') ?? '';
        if ([...rules.values()].some((rule) => rule.targetGroup === arn))
          throw new Refuse('ResourceInUse', 'Target group is currently in use by a listener or a rule');
        targetGroups.delete(arn);
        return '';
      },
      DescribeRules: (parameters) =>
        `<Rules>${rulesOf(parameters.get('ListenerArn')).map(describe).join('')}<member><RuleArn>default</RuleArn>` +
        '<Priority>default</Priority><Conditions/></member></Rules>',
      CreateRule: (parameters) => {
        const listener = parameters.get('ListenerArn') ?? '';
        const priority = Number(parameters.get('Priority'));
        if (!(priority >= 1 && priority <= PRIORITIES)) throw new Refuse('ValidationError');
        if (rulesOf(listener).some((rule) => rule.priority === priority))
          throw new Refuse('PriorityInUse', `Priority '${priority}' is currently in use`);
        if (rulesOf(listener).length >= RULES) throw new Refuse('TooManyRules');
        const arn = `${REGION}:listener-rule/app/apps/${(made += 1)}`;
        const rule: Rule = { arn, listener, priority, tags: tagsIn(parameters), hosts: [] };
        setAction(rule, parameters);
        rules.set(arn, rule);
        return `<Rules>${describe(rule)}</Rules>`;
      },
      ModifyRule: (parameters) => {
        const rule = rules.get(parameters.get('RuleArn') ?? '');
        if (rule === undefined) throw new Refuse('RuleNotFound');
        setAction(rule, parameters);
        return `<Rules>${describe(rule)}</Rules>`;
      },
      DeleteRule: (parameters) => {
        if (!rules.delete(parameters.get('RuleArn') ?? '')) throw new Refuse('RuleNotFound');
        return '';
      },
      DescribeTags: (parameters) => {
        const arn = parameters.get('ResourceArns.member.1') ?? '';
        const tags = (targetGroups.get(arn) ?? rules.get(arn))?.tags ?? new Map<string, string>();
        const members = [...tags].map(([key, value]) => `<member><Key>${key}</Key><Value>${value}</Value></member>`);
        return `<TagDescriptions><member><Tags>${members.join('')}</Tags></member></TagDescriptions>`;
      },
    },
  };
}

function describeGroup({ arn, path }: TargetGroup): string {
  return `<member><TargetGroupArn>${arn}</TargetGroupArn><HealthCheckPath>${path}</HealthCheckPath></member>`;
}

function describe({ arn, priority, hosts, targetGroup }: Rule): string {
  const values = hosts.map((host) => `<member>${host}</member>`).join('');
  const action =
    targetGroup === undefined
      ? '<Type>fixed-response</Type><FixedResponseConfig><StatusCode>503</StatusCode></FixedResponseConfig>'
      : `<Type>forward</Type><TargetGroupArn>${targetGroup}</TargetGroupArn>`;
  return (
    `<member><RuleArn>${arn}</RuleArn><Priority>${priority}</Priority><Conditions><member><Field>host-header</Field>` +
    `<HostHeaderConfig><Values>${values}</Values></HostHeaderConfig></member></Conditions>` +
    `<Actions><member>${action}</member></Actions></member>`
  );
}

function hostsIn(parameters: Parameters): readonly string[] {
  const hosts = [...parameters].filter(([name]) => name.startsWith('Conditions.member.1.HostHeaderConfig.Values'));
  if (hosts.length < 1 || hosts.length > VALUES) throw new Refuse('TooManyConditionValues');
  return hosts.map(([, value]) => value);
}

function tagsIn(parameters: Parameters): ReadonlyMap<string, string> {
  const keys = [...parameters].filter(([name]) => /^Tags\.member\.\d+\.Key$/.test(name));
  return new Map(keys.map(([name, key]) => [key, parameters.get(name.replace(/Key$/, 'Value')) ?? '']));
}
