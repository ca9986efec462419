import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execute, mustRun, root } from '../process.mjs';
import { pythonTool } from './tools.mjs';

/** The oldest that the manifests are written for, and the newest that the pinned release has schemas of. */
const KUBERNETES = ['1.30', '1.33', '1.37'];
/** Not of Kubernetes itself. */
const OTHERS = ['kustomization.yaml'];

/** The sample of examples/tenant-namespace, rendered and judged by Kubernetes' schemas, unknown fields included. */
export async function checkManifests() {
  const binary = await pythonTool('kubernetes-validate');
  const folder = mkdtempSync(join(tmpdir(), 'manifests-'));
  try {
    const example = join(root, 'examples', 'tenant-namespace');
    const [tenants, settings] = ['tenants.json', 'settings.tfvars.json'].map((name) => join(example, name));
    const args = ['namespaces', 'render', '--tenants', tenants, '--settings', settings, '--out', folder];
    await mustRun(process.execPath, [join(root, 'scripts', 'mtr.mjs'), ...args], { show: false });
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.yaml') && !OTHERS.some((other) => name.endsWith(other)))
      .map((name) => join(folder, name));
    let failed = 0;
    for (const version of KUBERNETES) {
      const { code } = await execute(binary, ['--strict', '--quiet', '-k', version, ...files]);
      console.log(`${code === 0 ? 'pass' : 'FAIL'} ${files.length} files by the schemas of Kubernetes ${version}`);
      if (code !== 0) failed += 1;
    }
    return { passed: KUBERNETES.length - failed, failed };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
