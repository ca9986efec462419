import { defineCheck, failing, some, warning, type Check } from '../check';

/** GitHub rejects an App's token that was issued in its future; ours are issued a minute back. */
const SKEW = 30;
/** Of the last hundred deliveries. */
const FAILED_SHARE = 0.05;

export const GITHUB_CHECKS: readonly Check[] = [
  defineCheck({
    name: 'app',
    needs: ['key'],
    fine: 'GitHub knows the App by its key.',
    judge: ({ key: { refused } }) =>
      refused === undefined
        ? undefined
        : failing(`${refused}.`, 'github_app.id and its key: docs/operations.md#rotate-the-apps-private-key'),
  }),
  defineCheck({
    name: 'token',
    needs: ['token'],
    fine: "The App's key makes a token of an installation.",
    judge: ({ token: { refused } }) =>
      refused === undefined
        ? undefined
        : failing(
            `${refused}.`,
            'Without a token no runner is registered; https://www.githubstatus.com, then the key.',
          ),
  }),
  defineCheck({
    name: 'clock',
    needs: ['app'],
    fine: "This clock and GitHub's agree.",
    judge: ({ app: { clockSkewSeconds: skew } }) =>
      Math.abs(skew) <= SKEW
        ? undefined
        : warning(
            `This clock is ${Math.abs(skew)} s ${skew > 0 ? 'ahead' : 'behind'}.`,
            'Turn on time synchronisation.',
          ),
  }),
  defineCheck({
    name: 'permissions',
    needs: ['app', 'fleet'],
    fine: 'The App has the permissions that it needs.',
    judge: ({ app: { permissions }, fleet: { tenants } }) => {
      const hasUsers = tenants.some(({ isUser }) => isUser);
      const needed: readonly (readonly [string, 'read' | 'write'])[] = [
        ['organization_self_hosted_runners', 'write'],
        ['actions', 'read'],
        ...(hasUsers ? ([['administration', 'write']] as const) : []),
      ];
      const missing = needed.filter(([name, level]) => {
        const has = permissions[name];
        return has !== 'write' && has !== level;
      });
      if (missing.length === 0) return undefined;
      const names = missing.map(([name, level]) => `${name}: ${level}`);
      return failing(`Missing: ${some(names)}.`, "Grant it in the App's settings; each organisation has to accept it.");
    },
  }),
  defineCheck({
    name: 'checks',
    needs: ['app', 'registry'],
    fine: 'Nothing keeps GitHub from showing why jobs wait, where check_runs is on.',
    judge: ({ app: { showsChecks, permissions }, registry: { withoutChecks } }) => {
      if (!showsChecks) return undefined;
      if (permissions['checks'] !== 'write')
        return warning(
          'check_runs is on, and the App has not the permission checks: write.',
          "Grant it in the App's settings, or set check_runs = false.",
        );
      if (withoutChecks.length === 0) return undefined;
      return warning(
        `Installations that have not accepted checks: write: ${some(withoutChecks)}.`,
        'An owner accepts it in the settings of the installation; until then their jobs show no checks.',
      );
    },
  }),
  defineCheck({
    name: 'apps',
    needs: ['app'],
    fine: 'Where pushes deploy apps of tenants, the App may do what that takes.',
    judge: ({ app: { events, permissions } }) => {
      if (!events.includes('push')) return undefined;
      const needed: readonly (readonly [string, 'read' | 'write'])[] = [
        ['contents', 'read'],
        ['actions', 'write'],
        ['deployments', 'write'],
        ...(events.includes('pull_request') ? ([['pull_requests', 'read']] as const) : []),
      ];
      const missing = needed.filter(([name, level]) => permissions[name] !== 'write' && permissions[name] !== level);
      if (missing.length === 0) return undefined;
      return warning(
        `The App hears of pushes, and lacks ${some(missing.map(([name, level]) => `${name}: ${level}`))}.`,
        "Grant it in the App's settings if modules/apps is applied; each organisation has to accept it.",
      );
    },
  }),
  defineCheck({
    name: 'events',
    needs: ['app'],
    fine: 'The App is subscribed to jobs.',
    judge: ({ app: { events } }) =>
      events.includes('workflow_job')
        ? undefined
        : failing('No job is reported: the event workflow_job is off.', "Turn it on in the App's settings."),
  }),
  defineCheck({
    name: 'webhook',
    needs: ['hook'],
    fine: "The App's webhook is set up.",
    judge: ({ hook: { url, contentType, insecureSsl, hasSecret } }) => {
      const settings = "Set it in the App's settings, to the output webhook.endpoint.";
      if (url === undefined || !/\/webhook$/.test(url))
        return failing(`The webhook's URL is ${url ?? 'not set'}.`, settings);
      if (!hasSecret) return failing('The webhook has no secret, so every delivery is refused.', settings);
      if (contentType !== 'json')
        return failing(`Deliveries are ${contentType}, not JSON.`, 'Set the content type to JSON.');
      return insecureSsl ? warning('GitHub does not verify the certificate.', 'Turn SSL verification on.') : undefined;
    },
  }),
  defineCheck({
    name: 'deliveries',
    needs: ['deliveries'],
    fine: 'The last deliveries arrived.',
    judge: ({ deliveries: { ok, failed, lastFailure } }) => {
      if (failed <= (ok + failed) * FAILED_SHARE) return undefined;
      return failing(
        `${failed} of the last ${ok + failed} deliveries failed, with ${lastFailure ?? 'no answer'} at last.`,
        '"Recent Deliveries" in the settings of the App show the answers: the secret, or the function.',
      );
    },
  }),
  defineCheck({
    name: 'registry',
    needs: ['registry'],
    fine: "Every installation at GitHub has a tenant's row.",
    judge: ({ registry: { atGitHub, here, partial } }) => {
      if (partial) return undefined;
      const missing = atGitHub.filter((id) => !here.includes(id));
      const gone = here.filter((id) => !atGitHub.includes(id));
      if (missing.length > 0)
        return warning(
          `Installed, without a row: ${some(missing)}.`,
          'Recovery adds them at night; or redeliver the event.',
        );
      if (gone.length === 0) return undefined;
      return warning(
        `Rows without an installation: ${some(gone)}.`,
        'Recovery removes them at night; or offboard them.',
      );
    },
  }),
];
