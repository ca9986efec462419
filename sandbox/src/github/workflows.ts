import { parse as parseYaml } from 'yaml';
import { object, parse, text, texts, type Json } from '../lib/json';
import type { Step } from './state/model';

export type Values = Readonly<Record<string, string>>;
/** What an expression may name: `${{ inputs.app }}`, `${{ vars.MTR_API }}`, `${{ github.sha }}`. */
export interface Contexts {
  readonly inputs: Values;
  readonly vars: Values;
  readonly github: Values;
}

/** What a workflow says, as much of it as a run needs. */
export interface Workflow {
  readonly name: string | undefined;
  /** Of its `run-name`. */
  readonly title: string | undefined;
  readonly jobs: readonly (OwnJob | CallingJob)[];
}

export interface OwnJob {
  readonly kind: 'own';
  readonly name: string;
  readonly labels: readonly string[];
  /** `undefined`: the workflow says nothing of permissions. */
  readonly mayAskForToken: boolean | undefined;
  readonly steps: readonly Step[];
}

/** A job that is another workflow. */
export interface CallingJob {
  readonly kind: 'call';
  readonly name: string;
  /** `{owner}/{repo}/.github/workflows/{file}@{ref}`, or `./.github/workflows/{file}`. */
  readonly uses: string;
  readonly with: Values;
  readonly mayAskForToken: boolean | undefined;
}

type Trigger = 'workflow_dispatch' | 'workflow_call';

interface Input {
  readonly required: boolean;
  readonly default: string;
}

/** A workflow file, with what a run fills in; a string says what is wrong with it or with the inputs. */
export function readWorkflow(file: string, trigger: Trigger, given: Contexts): Workflow | string {
  const root = object(parseOrNothing(file));
  if (root === undefined) return 'The workflow is not valid YAML.';
  const inputs = inputsOf(root['on'], trigger);
  // https://docs.github.com/en/rest/actions/workflows#create-a-workflow-dispatch-event
  if (inputs === undefined) return `Workflow does not have '${trigger}' trigger`;
  const unknown = Object.keys(given.inputs).filter((name) => inputs[name] === undefined);
  if (unknown.length > 0) return `Unexpected inputs provided: ${JSON.stringify(unknown)}`;
  const missing = Object.keys(inputs).find((name) => inputs[name]?.required && given.inputs[name] === undefined);
  if (missing !== undefined) return `Required input '${missing}' not provided`;
  const values = Object.entries(inputs).map(([name, one]) => [name, given.inputs[name] ?? one.default]);
  const contexts: Contexts = { ...given, inputs: Object.fromEntries(values) };
  const title = text(root['run-name']);
  return {
    name: text(root['name']),
    title: title === undefined ? undefined : filled(title, contexts),
    jobs: Object.entries(object(root['jobs']) ?? {}).map(([name, job]) =>
      jobOf(name, object(job) ?? {}, root, contexts),
    ),
  };
}

function parseOrNothing(file: string): unknown {
  try {
    // YAML 1.2, in which `on` is a word.
    return parseYaml(file);
  } catch {
    return undefined;
  }
}

function inputsOf(on: unknown, trigger: Trigger): Readonly<Record<string, Input>> | undefined {
  if (on === trigger || texts(on)?.includes(trigger) === true) return {};
  const events = object(on);
  if (events === undefined || !(trigger in events)) return undefined;
  const inputs = object(object(events[trigger])?.['inputs']) ?? {};
  return Object.fromEntries(
    Object.entries(inputs).map(([name, one]) => {
      const input = object(one) ?? {};
      return [name, { required: input['required'] === true, default: String(input['default'] ?? '') }];
    }),
  );
}

function jobOf(name: string, job: Json, root: Json, contexts: Contexts): OwnJob | CallingJob {
  const mayAskForToken = mayAsk(job['permissions'] ?? root['permissions']);
  const uses = text(job['uses']);
  if (uses !== undefined)
    return { kind: 'call', name, uses, with: filledAll(object(job['with']) ?? {}, contexts), mayAskForToken };
  const steps = Array.isArray(job['steps']) ? job['steps'].map((step) => object(step) ?? {}) : [];
  return {
    kind: 'own',
    name,
    labels: labelsOf(job['runs-on'], contexts),
    mayAskForToken,
    steps: steps.map((step) => stepOf(step, [root, job], contexts)),
  };
}

/** https://docs.github.com/en/actions/reference/security/oidc#required-permission */
function mayAsk(permissions: unknown): boolean | undefined {
  if (permissions === undefined) return undefined;
  return permissions === 'write-all' || object(permissions)?.['id-token'] === 'write';
}

function stepOf(step: Json, above: readonly Json[], contexts: Contexts): Step {
  const uses = text(step['uses']);
  const ref = text(object(step['with'])?.['ref']) ?? '';
  if (uses?.startsWith('actions/checkout@') === true) return { kind: 'checkout', ref: filled(ref, contexts) };
  if (uses !== undefined) return { kind: 'action', uses };
  const env = Object.assign({}, ...[...above, step].map((one) => object(one['env']) ?? {})) as Json;
  const run = filled(text(step['run']) ?? '', contexts);
  return { kind: 'run', name: text(step['name']) ?? run.split('\n')[0] ?? '', run, env: filledAll(env, contexts) };
}

/** A label, several, or a group with labels. */
function labelsOf(value: unknown, contexts: Contexts): readonly string[] {
  const label = text(value);
  const list = label === undefined ? undefined : /^\$\{\{\s*fromJSON\((.+)\)\s*\}\}$/i.exec(label)?.[1];
  if (list !== undefined) return labelsOf(parse(Buffer.from(filled(`\${{ ${list} }}`, contexts))), contexts);
  if (label !== undefined) return [filled(label, contexts)];
  return texts(value)?.map((one) => filled(one, contexts)) ?? labelsOf(object(value)?.['labels'] ?? [], contexts);
}

function filledAll(values: Json, contexts: Contexts): Values {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, filled(String(value), contexts)]));
}

/** Of GitHub's expressions, the names of these contexts alone. */
function filled(template: string, { inputs, vars, github }: Contexts): string {
  return template.replaceAll(
    /\$\{\{\s*(?:github\.event\.)?(inputs|vars|github)\.([\w-]+)\s*\}\}/g,
    (_, context: 'inputs' | 'vars' | 'github', name: string) => ({ inputs, vars, github })[context][name] ?? '',
  );
}
