import {
  namesOfApp,
  type App,
  type Created,
  type Removed,
  type RuleToServe,
  type SeenRule,
} from '@multi-tenant-runner/core';
import { isAwsRefusal, unless, type AwsApi } from './api';
import { flatTagsOf, isOwn, type AppPlatformSettings } from './settings';
import { listIn, textIn, type XmlNode } from './xml';

const SERVICE = 'elasticloadbalancing';
const CLOSED = '503';
/** So many ARNs are remembered; each app has two. */
const KNOWN = 2_000;
/** Matches every status but errors: a redirect to a log-in page is well. */
const HEALTHY = '200-399';

/**
 * Target groups and rules of apps. AWS's refusals:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html
 */
export function createLoadBalancing(api: AwsApi, settings: AppPlatformSettings) {
  const { environment } = settings;
  const tagsOfArn = async (arn: string): Promise<ReadonlyMap<string, string>> => {
    const answer = await api.query(SERVICE, 'DescribeTags', { 'ResourceArns.member.1': arn });
    const [described] = listIn(answer, 'TagDescriptions');
    return new Map(listIn(described, 'Tags').map((tag) => [textIn(tag, 'Key') ?? '', textIn(tag, 'Value') ?? '']));
  };
  /** An ARN is never given to anything else, and only the deployer may tag what has one: what was an app's stays so. */
  const known = new Set<string>();
  const ownArn = async (arn: string | undefined, app: App): Promise<string | undefined> => {
    const place = `${app.installationId} ${app.app} ${arn}`;
    if (arn === undefined || known.has(place)) return arn;
    if (!isOwn(await tagsOfArn(arn), environment, app)) return undefined;
    if (known.size >= KNOWN) known.clear();
    known.add(place);
    return arn;
  };
  const findTargetGroup = async (app: App): Promise<{ readonly arn: string; readonly path: string } | undefined> => {
    const name = namesOfApp(environment, app.app).targetGroup;
    const answer = await unless(['TargetGroupNotFound'], () =>
      api.query(SERVICE, 'DescribeTargetGroups', { 'Names.member.1': name }),
    );
    const arn = await ownArn(textIn(answer, 'TargetGroupArn'), app);
    return arn === undefined ? undefined : { arn, path: textIn(answer, 'HealthCheckPath') ?? '' };
  };
  const ruleAt = async (app: App): Promise<XmlNode | undefined> => {
    const listener = settings.loadBalancers[app.slot?.alb ?? -1]?.listenerArn;
    if (listener === undefined || app.slot === undefined) return undefined;
    let marker: string | undefined;
    do {
      const page = await api.query(SERVICE, 'DescribeRules', {
        ListenerArn: listener,
        PageSize: '400',
        Marker: marker,
      });
      const found = listIn(page, 'Rules').find((rule) => textIn(rule, 'Priority') === String(app.slot?.priority));
      if (found !== undefined) return found;
      marker = textIn(page, 'NextMarker');
    } while (marker !== undefined && marker !== '');
    return undefined;
  };
  const findRule = async (app: App, targetGroup: string | undefined): Promise<SeenRule | undefined> => {
    const rule = await ruleAt(app);
    const arn = await ownArn(textIn(rule, 'RuleArn'), app);
    if (rule === undefined || arn === undefined) return undefined;
    return { arn, hosts: hostsIn(rule), serves: servesOf(rule, targetGroup) };
  };
  return {
    findTargetGroup,
    findRule,
    createTargetGroup: async (app: App, port: number): Promise<Created<string>> => {
      const name = namesOfApp(environment, app.app).targetGroup;
      const asked = {
        Name: name,
        Protocol: 'HTTP',
        Port: String(port),
        VpcId: settings.vpcId,
        TargetType: 'ip',
        HealthCheckPath: app.healthPath,
        HealthCheckIntervalSeconds: '10',
        HealthCheckTimeoutSeconds: '5',
        HealthyThresholdCount: '2',
        UnhealthyThresholdCount: '3',
        'Matcher.HttpCode': HEALTHY,
        ...flatTagsOf(environment, app),
      };
      const made = await refusing(['TooManyTargetGroups', 'DuplicateTargetGroupName'], () =>
        api.query(SERVICE, 'CreateTargetGroup', asked),
      );
      return 'refused' in made
        ? adopted((await findTargetGroup(app))?.arn, `The target group ${name}: ${made.refused}`)
        : { kind: 'created', id: textIn(made.answer, 'TargetGroupArn') ?? '' };
    },
    createRule: async ({ app, slot, ...serving }: RuleToServe): Promise<Created<string>> => {
      const asked = {
        ListenerArn: settings.loadBalancers[slot.alb]?.listenerArn,
        Priority: String(slot.priority),
        ...serve(serving),
        ...flatTagsOf(environment, app),
      };
      const made = await refusing(['PriorityInUse', 'TooManyRules', 'TooManyUniqueTargetGroupsPerLoadBalancer'], () =>
        api.query(SERVICE, 'CreateRule', asked),
      );
      if (!('refused' in made)) return { kind: 'created', id: textIn(made.answer, 'RuleArn') ?? '' };
      const standing = await findRule({ ...app, slot }, serving.targetGroup);
      return adopted(standing?.arn, `The rule at priority ${slot.priority}: ${made.refused}`);
    },
    setRule: async (arn: string, serving: Pick<RuleToServe, 'hosts' | 'targetGroup'>): Promise<void> => {
      await api.query(SERVICE, 'ModifyRule', { RuleArn: arn, ...serve(serving) });
    },
    setHealth: async (arn: string, app: App): Promise<void> => {
      await api.query(SERVICE, 'ModifyTargetGroup', { TargetGroupArn: arn, HealthCheckPath: app.healthPath });
    },
    deleteRule: async (arn: string): Promise<Removed> => {
      await unless(['RuleNotFound'], () => api.query(SERVICE, 'DeleteRule', { RuleArn: arn }));
      return 'removed';
    },
    deleteTargetGroup: async (arn: string): Promise<Removed> => {
      const gone = await refusing(['ResourceInUse'], () =>
        unless(['TargetGroupNotFound'], () => api.query(SERVICE, 'DeleteTargetGroup', { TargetGroupArn: arn })),
      );
      return 'refused' in gone ? 'busy' : 'removed';
    },
  };
}

const adopted = (id: string | undefined, reason: string): Created<string> =>
  id === undefined ? { kind: 'refused', reason } : { kind: 'created', id };

async function refusing<T>(
  codes: readonly string[],
  ask: () => Promise<T>,
): Promise<{ readonly answer: T } | { readonly refused: string }> {
  try {
    return { answer: await ask() };
  } catch (error) {
    if (isAwsRefusal(error, ...codes)) return { refused: `${error.name}: ${error.message}` };
    throw error;
  }
}

function serve({ hosts, targetGroup }: Pick<RuleToServe, 'hosts' | 'targetGroup'>): Record<string, string> {
  const values = hosts.map((host, index) => [`Conditions.member.1.HostHeaderConfig.Values.member.${index + 1}`, host]);
  const action =
    targetGroup === undefined
      ? {
          'Actions.member.1.Type': 'fixed-response',
          'Actions.member.1.FixedResponseConfig.StatusCode': CLOSED,
          'Actions.member.1.FixedResponseConfig.ContentType': 'text/plain',
          'Actions.member.1.FixedResponseConfig.MessageBody': 'This app is suspended.',
        }
      : { 'Actions.member.1.Type': 'forward', 'Actions.member.1.TargetGroupArn': targetGroup };
  return { 'Conditions.member.1.Field': 'host-header', ...Object.fromEntries(values), ...action };
}

function hostsIn(rule: XmlNode): readonly string[] {
  const [condition] = listIn(rule, 'Conditions');
  return listIn(condition, 'Values').map(({ text }) => text);
}

function servesOf(rule: XmlNode, targetGroup: string | undefined): SeenRule['serves'] {
  const [action] = listIn(rule, 'Actions');
  if (textIn(action, 'Type') === 'fixed-response') return textIn(action, 'StatusCode') === CLOSED ? 'closed' : 'other';
  return targetGroup !== undefined && textIn(action, 'TargetGroupArn') === targetGroup ? 'app' : 'other';
}
