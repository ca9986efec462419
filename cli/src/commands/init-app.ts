import { join } from 'node:path';
import type { Answer } from '../answer';
import { usage } from '../problem';
import { deployWorkflow, type WorkflowPlan } from './deploy-workflow';
import type { Files } from '../local-files';

export interface InitOptions extends WorkflowPlan {
  /** The repository's folder on this machine. */
  readonly folder: string;
  /** As `workflow` of modules/apps. */
  readonly file: string;
}

const RULES: readonly (readonly [keyof WorkflowPlan | 'file', RegExp, string])[] = [
  ['file', /^[\w.-]+\.ya?ml$/, '--workflow is the name of a file of YAML, such as mtr-deploy.yml.'],
  [
    'builds',
    /^[\w.-]+\/[\w.-]+\/\.github\/workflows\/[\w.-]+\.ya?ml@[\w./-]+$/,
    '--builds is owner/name/.github/workflows/build-app.yml@ref, of your copy of this repository.',
  ],
  ['api', /^https:\/\/[\w.:/-]+$/, '--api begins with https://, and is the address for tenants with its /v1.'],
  ['audience', /^[\w.:/@-]+$/, '--audience is api.github_tokens.audience of the module.'],
  ['labels', /^[\w.-]+(,[\w.-]+)*$/, '--labels are those of a size, such as self-hosted,linux,x64,small.'],
];

/** Writes the workflow that builds a tenant's app into its repository; nothing is committed, and nobody is asked. */
export function initApp({ folder, file, ...plan }: InitOptions, files: Pick<Files, 'write'>): Answer {
  const given = { ...plan, file };
  for (const [name, rule, sentence] of RULES) if (!rule.test(String(given[name]))) throw usage(sentence);
  const path = join(folder, '.github', 'workflows', file);
  files.write(path, deployWorkflow(plan));
  return {
    kind: 'fields',
    fields: { file: path },
    sentence: 'Commit it to the default branch and to the branch of the app; then a push is built by it.',
  };
}
