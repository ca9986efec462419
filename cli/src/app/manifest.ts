/** What decides how the App looks. */
export interface AppPlan {
  readonly name: string;
  /** Undefined before the module is applied: the webhook is off until it is set. */
  readonly webhookUrl?: string;
  /** User accounts may be tenants too: GitHub has no runners of an account, only of its repositories. */
  readonly users: boolean;
  /** GitHub is to show on commits why jobs wait: `check_runs` of the module. */
  readonly feedback: boolean;
  /** Pushes deploy tenants' apps, and pull requests have previews: modules/apps. */
  readonly apps: boolean;
}

/** Where GitHub can't reach anything: the webhook stays off. https://www.rfc-editor.org/rfc/rfc2606 */
const NOWHERE = 'https://example.com/webhook';

/**
 * Exactly the permissions and events that the module needs, as in the README.
 * https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
 */
export function buildManifest({ name, webhookUrl, users, feedback, apps }: AppPlan, redirectUrl: string) {
  return {
    name,
    url: 'https://github.com',
    hook_attributes: { url: webhookUrl ?? NOWHERE, active: webhookUrl !== undefined },
    redirect_url: redirectUrl,
    public: true,
    default_permissions: {
      actions: apps ? 'write' : 'read',
      metadata: 'read',
      organization_self_hosted_runners: 'write',
      ...(users && { administration: 'write' }),
      ...(feedback && { checks: 'write' }),
      ...(apps && { contents: 'read', deployments: 'write', pull_requests: 'read' }),
    },
    default_events: ['workflow_job', ...(apps ? ['push', 'pull_request', 'workflow_run'] : [])],
  };
}

/** GitHub's page that takes a manifest: of an organisation, or of the one who is signed in. */
export function registrationPage(site: string, organization: string | undefined, state: string): string {
  const owner = organization === undefined ? '' : `/organizations/${encodeURIComponent(organization)}`;
  return `${site}${owner}/settings/apps/new?state=${encodeURIComponent(state)}`;
}

/** A page with one button, and nothing that runs. */
export function startPage(action: string, manifest: object): string {
  const value = escapeHtml(JSON.stringify(manifest));
  return document(
    'Create the GitHub App',
    `<form action="${escapeHtml(action)}" method="post"><input type="hidden" name="manifest" value="${value}">` +
      '<p>GitHub shows the App before it makes it, and asks for its name.</p><button>Go on at GitHub</button></form>',
  );
}

export const DONE_PAGE = document('The App is there', '<p>Go back to the terminal.</p>');

function document(title: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>${body}</html>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
