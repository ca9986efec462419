import type { GitHub } from '../github/github';
import { route, type Route } from '../lib/http';
import { text, type Json } from '../lib/json';
import { badLength, bodyOf } from './answers';
import { readSeconds } from './requests';

export interface SettingOptions {
  readonly github: GitHub;
  readonly setWebhookTarget: (url: string) => void;
}

export function settingRoutes(prefix: string, { github, setWebhookTarget }: SettingOptions): readonly Route[] {
  const { settings } = github;
  const shown = (): Json => ({
    job_seconds: settings.jobLengthMs === null ? null : settings.jobLengthMs / 1000,
    lost_runner_seconds: settings.lostRunnerMs / 1000,
  });
  return [
    route('POST', `${prefix}/webhook-target`, (call) => {
      const url = text(bodyOf(call)['url']);
      if (url === undefined || !URL.canParse(url))
        return { status: 400, body: { message: "url: the API's address is missing." } };
      setWebhookTarget(url);
      return { status: 204 };
    }),
    route('GET', `${prefix}/settings`, () => ({ status: 200, body: shown() })),
    route('PUT', `${prefix}/settings`, (call) => {
      const body = bodyOf(call);
      const length = 'job_seconds' in body ? readSeconds(body['job_seconds']) : settings.jobLengthMs;
      const lost = 'lost_runner_seconds' in body ? readSeconds(body['lost_runner_seconds']) : settings.lostRunnerMs;
      if (length === undefined || lost === undefined || lost === null) return badLength();
      Object.assign(settings, { jobLengthMs: length, lostRunnerMs: lost });
      return { status: 200, body: shown() };
    }),
  ];
}
