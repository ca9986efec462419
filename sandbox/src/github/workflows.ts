import { parse as parseYaml } from 'yaml';
import { object, text, texts, type Json } from '../lib/json';

/** What a workflow says, as much of it as a dispatch needs. */
export interface Workflow {
  readonly name: string | undefined;
  /** Absent: it is not to be dispatched. */
  readonly inputs?: Readonly<Record<string, Input>>;
  readonly jobs: readonly WorkflowJobs[];
}

interface Input {
  readonly required: boolean;
  readonly default: string;
}

interface WorkflowJobs {
  readonly name: string;
  readonly labels: readonly string[];
  readonly steps: readonly { readonly run: string; readonly env: Readonly<Record<string, string>> }[];
}

/** A workflow file, with what a run fills in; a string says what is wrong with the dispatch. */
export function readWorkflow(file: string, given: Readonly<Record<string, string>>): Workflow | string {
  const root = object(parseOrNothing(file));
  if (root === undefined) return 'The workflow is not valid YAML.';
  const inputs = dispatchInputs(root['on']);
  // https://docs.github.com/en/rest/actions/workflows#create-a-workflow-dispatch-event
  if (inputs === undefined) return "Workflow does not have 'workflow_dispatch' trigger";
  const unknown = Object.keys(given).filter((name) => inputs[name] === undefined);
  if (unknown.length > 0) return `Unexpected inputs provided: ${JSON.stringify(unknown)}`;
  const missing = Object.keys(inputs).find((name) => inputs[name]?.required === true && given[name] === undefined);
  if (missing !== undefined) return `Required input '${missing}' not provided`;
  const values = Object.fromEntries(Object.entries(inputs).map(([name, one]) => [name, given[name] ?? one.default]));
  const jobs = Object.entries(object(root['jobs']) ?? {}).map(([name, job]) => jobOf(name, object(job) ?? {}, values));
  return { name: text(root['name']), inputs, jobs };
}

function parseOrNothing(file: string): unknown {
  try {
    // YAML 1.2, in which `on` is a word.
    return parseYaml(file);
  } catch {
    return undefined;
  }
}

function dispatchInputs(on: unknown): Readonly<Record<string, Input>> | undefined {
  if (on === 'workflow_dispatch' || texts(on)?.includes('workflow_dispatch') === true) return {};
  const events = object(on);
  if (events === undefined || !('workflow_dispatch' in events)) return undefined;
  const inputs = object(object(events['workflow_dispatch'])?.['inputs']) ?? {};
  return Object.fromEntries(
    Object.entries(inputs).map(([name, one]) => {
      const input = object(one) ?? {};
      return [name, { required: input['required'] === true, default: String(input['default'] ?? '') }];
    }),
  );
}

function jobOf(name: string, job: Json, inputs: Readonly<Record<string, string>>): WorkflowJobs {
  const env = (of: Json): Json => object(of['env']) ?? {};
  const steps = Array.isArray(job['steps']) ? job['steps'].map((step) => object(step) ?? {}) : [];
  return {
    name,
    labels: labelsOf(job['runs-on']).map((label) => filled(label, inputs)),
    steps: steps.flatMap((step) => {
      const script = text(step['run']);
      if (script === undefined) return [];
      const variables = Object.entries({ ...env(job), ...env(step) });
      return [
        {
          run: filled(script, inputs),
          env: Object.fromEntries(variables.map(([key, value]) => [key, filled(String(value), inputs)])),
        },
      ];
    }),
  };
}

/** A label, several, or a group with labels. */
function labelsOf(value: unknown): readonly string[] {
  const label = text(value);
  if (label !== undefined) return [label];
  return texts(value) ?? labelsOf(object(value)?.['labels'] ?? []);
}

/** Of GitHub's expressions, the inputs alone. */
function filled(script: string, inputs: Readonly<Record<string, string>>): string {
  return script.replaceAll(
    /\$\{\{\s*(?:github\.event\.)?inputs\.([\w-]+)\s*\}\}/g,
    (_, name: string) => inputs[name] ?? '',
  );
}
