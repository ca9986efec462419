/** What the workflow of a tenant's repository has of its platform. */
export interface WorkflowPlan {
  /** Where the platform keeps the workflow that builds: `owner/name/.github/workflows/build-app.yml@ref`. */
  readonly builds: string;
  /** The API's address for tenants, with its /v1. */
  readonly api: string;
  /** Of the tokens that jobs show to the API. */
  readonly audience: string;
  /** Of the runners that build. */
  readonly labels: readonly string[];
}

/**
 * The workflow that the deployer starts in a tenant's repository: it calls the platform's, which pushes the image by
 * the job's own token. It has no secret, and no input of it reaches a shell here.
 *
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
 */
export function deployWorkflow({ builds, api, audience, labels }: WorkflowPlan): string {
  return `# Written by "mtr apps init". The platform starts it for each commit that it deploys. It has no secret.
name: Deploy
# By the deployment in the title the platform finds the run.
run-name: Deploy \${{ inputs.app }} \${{ inputs.deployment }}

on:
  workflow_dispatch:
    inputs:
      app:
        required: true
      commit:
        required: true
      deployment:
        required: true
      directory:
        default: .

# A called workflow has no right that its caller lacks.
permissions:
  contents: read
  id-token: write

jobs:
  build:
    uses: ${builds}
    with:
      app: \${{ inputs.app }}
      commit: \${{ inputs.commit }}
      directory: \${{ inputs.directory }}
      api: ${api}
      audience: ${audience}
      runs_on: '${JSON.stringify(labels)}'
`;
}
