import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// The search is a module for plain Node, and is asked here as setup asks it.
const MODULE = join(__dirname, '../../setup/provider-mirror.mjs');

function ask(expression: string): unknown {
  const program =
    `const m = await import(${JSON.stringify(MODULE)}); try { console.log(JSON.stringify(await ` +
    `(${expression}) ?? null)) } catch (e) { console.log(JSON.stringify({ error: e.message })) }`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }));
}

describe('the provider', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-mirror-'));
  const provider = join(folder, 'plugins', 'registry.terraform.io', 'hashicorp', 'aws', '5.100.0', 'linux_amd64');
  const options = (more: string): string =>
    `{ env: {}, home: ${JSON.stringify(folder)}, platform: 'linux_amd64', ${more} }`;
  beforeAll(() => {
    mkdirSync(provider, { recursive: true });
    writeFileSync(join(provider, 'terraform-provider-aws'), '');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('comes from the folder that SANDBOX_PROVIDER_MIRROR names, whether or not a registry answers', () => {
    const mirror = join(folder, 'plugins');
    expect(
      ask(
        `m.findProviderSource({ env: { SANDBOX_PROVIDER_MIRROR: ${JSON.stringify(mirror)} }, platform: ` +
          `'linux_amd64', reach: async () => true })`,
      ),
    ).toEqual({ kind: 'mirror', folder: mirror });
  });

  it('is not looked for elsewhere when that folder does not hold it', () => {
    expect(
      ask(
        `m.findProviderSource({ env: { SANDBOX_PROVIDER_MIRROR: '/nowhere' }, platform: 'linux_amd64', ` +
          'reach: async () => true })',
      ),
    ).toEqual({ error: expect.stringContaining('SANDBOX_PROVIDER_MIRROR names /nowhere') });
  });

  it('comes from the registry where one answers', () => {
    expect(ask(`m.findProviderSource(${options('reach: async () => true')})`)).toEqual({ kind: 'registry' });
  });

  it('is held by a folder only for the present platform', () => {
    expect(
      ask(
        `[m.holdsProvider(${JSON.stringify(join(folder, 'plugins'))}, 'linux_amd64'), ` +
          `m.holdsProvider(${JSON.stringify(join(folder, 'plugins'))}, 'darwin_arm64')]`,
      ),
    ).toEqual([true, false]);
  });

  it("is looked for in Terraform's own mirrors first, then one level below the system's folders", () => {
    const candidates = ask(`m.mirrorCandidates({ home: '/home/me', optional: [${JSON.stringify(folder)}] })`);
    expect(candidates).toEqual([
      '/home/me/.terraform.d/plugins',
      '/home/me/.local/share/terraform/plugins',
      '/usr/local/share/terraform/plugins',
      '/usr/share/terraform/plugins',
      folder,
      join(folder, 'plugins'),
    ]);
  });

  it('is named by a configuration that leaves no way to a registry', () => {
    expect(ask(`m.cliConfig({ kind: 'mirror', folder: '/plugins' })`)).toContain('path    = "/plugins"');
    expect(ask(`m.cliConfig({ kind: 'registry' })`)).not.toContain('filesystem_mirror');
  });

  it('is of the machine that Terraform runs on', () => {
    expect(
      ask(
        `[m.terraformPlatform('linux', 'x64'), m.terraformPlatform('darwin', 'arm64'), ` +
          `m.terraformPlatform('win32', 'x64')]`,
      ),
    ).toEqual(['linux_amd64', 'darwin_arm64', 'windows_amd64']);
  });
});
