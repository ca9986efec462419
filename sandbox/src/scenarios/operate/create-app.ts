import { randomBytes } from 'node:crypto';
import type { Checks } from '../kit/checks';
import type { OperateOptions } from './index';
import { expectRefusal } from './expect';

/** Makes an App at the fake GitHub, as an operator's browser would, for a module that is not there yet. */
export async function createApp(
  { mtr, attended, sandbox }: Pick<OperateOptions, 'mtr' | 'attended' | 'sandbox'>,
  checks: Checks,
): Promise<void> {
  const prefix = `new-${randomBytes(3).toString('hex')}`;
  const api = ['--github-api-url', sandbox.github.api_url];
  const create = ['--output', 'table', 'app', 'create', '--prefix', prefix, '--feedback', ...api];
  let visited: Promise<void> | undefined;
  const made = await attended(create, (said) => {
    const address = /http:\/\/127\.0\.0\.1:\d+\//.exec(said)?.[0];
    if (address !== undefined) visited ??= goThrough(address);
  });
  await visited;
  const names = ['id', 'key', 'webhook-secret'].map((part) => `name = "/${prefix}/github-app/${part}"`);
  const held = made.code === 0 && names.every((name) => made.out.includes(name)) && !/PRIVATE KEY/.test(made.out);
  checks.check('app create makes an App, keeps its secrets in SSM and prints the block', held, JSON.stringify(made));
  expectRefusal(checks, await mtr(...create), 4, 'There is an App');
}

/** Sends the page's form, and follows GitHub back. */
async function goThrough(address: string): Promise<void> {
  const page = await (await fetch(address)).text();
  const attribute = (name: string): string =>
    (new RegExp(`${name}="([^"]+)"`).exec(page)?.[1] ?? '').replace(/&#(\d+);/g, (_, code) =>
      String.fromCharCode(Number(code)),
    );
  const body = new URLSearchParams({ manifest: attribute('value') });
  await (await fetch(attribute('action'), { method: 'POST', body })).text();
}
