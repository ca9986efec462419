import { setTimeout as wait } from 'node:timers/promises';
import type { Latencies } from './latencies';

interface Started {
  readonly id: string;
  readonly tags: string;
}

const USER_DATA = Buffer.from('#!/bin/bash\n# {{ghr_machine_url}} {{ghr_claim}}\n').toString('base64');

/** EC2 as a function of launches sees it: every machine starts, gets its tenant's group and tags, and is described. */
export function createLoopbackEc2(latencies: () => Latencies) {
  const machines = new Map<string, Started>();

  const run = (form: URLSearchParams): string => {
    const tags = tagSetOf(form);
    const started = Array.from({ length: Number(form.get('MaxCount')) }, (): Started => {
      const id = (machines.size + 1).toString(16).padStart(17, '0');
      machines.set(`i-${id}`, { id, tags });
      return { id, tags };
    });
    const items = started.map(({ id }, index) => startedInstance(id, index, form.get('ClientToken') ?? ''));
    return `<instancesSet>${items.join('')}</instancesSet>`;
  };
  const describe = (form: URLSearchParams): string => {
    const wanted = [...form].filter(([name]) => /^(Filter\.1\.Value|InstanceId)\.\d+$/.test(name));
    const items = wanted.map(([, id]) => machines.get(id)).filter((machine) => machine !== undefined);
    const set = items.map((machine) => `<item>${describedInstance(machine)}</item>`).join('');
    return `<reservationSet><item><instancesSet>${set}</instancesSet></item></reservationSet>`;
  };

  /** The answer's XML; undefined: it knows no such action. */
  return async (action: string, form: URLSearchParams): Promise<string | undefined> => {
    switch (action) {
      case 'DescribeLaunchTemplateVersions':
        return xml(action, templateVersions());
      case 'RunInstances':
        await wait(latencies().runInstances);
        return xml(action, run(form));
      case 'DescribeInstances':
        await wait(latencies().ec2);
        return xml(action, describe(form));
      case 'ModifyNetworkInterfaceAttribute':
      case 'CreateTags':
        await wait(latencies().ec2);
        return xml(action, '<return>true</return>');
    }
    return undefined;
  };
}

const xml = (action: string, inside: string): string =>
  `<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">${inside}</${action}Response>`;

const templateVersions = (): string =>
  '<launchTemplateVersionSet>' +
  `<item><launchTemplateData><userData>${USER_DATA}</userData></launchTemplateData></item>` +
  '</launchTemplateVersionSet>';

/** Those that the call gives its machines. */
function tagSetOf(form: URLSearchParams): string {
  const items: string[] = [];
  for (let at = 1; form.has(`TagSpecification.1.Tag.${at}.Key`); at += 1) {
    const [key, value] = ['Key', 'Value'].map((part) => form.get(`TagSpecification.1.Tag.${at}.${part}`));
    items.push(`<item><key>${key}</key><value>${value}</value></item>`);
  }
  return items.join('');
}

function startedInstance(id: string, index: number, token: string): string {
  return (
    `<item><instanceId>i-${id}</instanceId><clientToken>${token}</clientToken>` +
    `<amiLaunchIndex>${index}</amiLaunchIndex><instanceState><code>0</code><name>pending</name></instanceState>` +
    `<networkInterfaceSet><item><networkInterfaceId>eni-${id}</networkInterfaceId></item></networkInterfaceSet>` +
    `<launchTime>${new Date().toISOString()}</launchTime></item>`
  );
}

const describedInstance = ({ id, tags }: Started): string =>
  `<instanceId>i-${id}</instanceId><instanceState><code>0</code><name>pending</name></instanceState>` +
  '<networkInterfaceSet><item>' +
  `<networkInterfaceId>eni-${id}</networkInterfaceId><groupSet><item><groupId>sg-shared</groupId></item></groupSet>` +
  '</item></networkInterfaceSet>' +
  `<blockDeviceMapping><item><ebs><volumeId>vol-${id}</volumeId></ebs></item></blockDeviceMapping>` +
  `<tagSet>${tags}</tagSet>`;
