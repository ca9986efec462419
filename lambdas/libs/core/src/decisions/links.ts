import type { Job } from '../model/job';

/**
 * Where people look at GitHub: of an API's address, as in `github_api_url`. The API of a GitHub Enterprise Server is
 * below its own address, others are at `api.`.
 */
export function gitHubSiteOf(apiUrl: string): string {
  const { protocol, host } = new URL(apiUrl);
  return `${protocol}//${host.replace(/^api\./, '')}`;
}

export function jobPage(
  { owner, repo, runId, jobId }: Pick<Job, 'owner' | 'repo' | 'runId' | 'jobId'>,
  site: string,
): string {
  return `${site}/${encodeURIComponent(owner)}/${encodeURIComponent(repo)}/actions/runs/${runId}/job/${jobId}`;
}

const CONSOLES: readonly (readonly [prefix: string, domain: string])[] = [
  ['cn-', 'console.amazonaws.cn'],
  ['us-gov-', 'console.amazonaws-us-gov.com'],
];

/** A log group in the AWS console; with a word, its lines alone that have it. */
export function logPage({ region, logGroup, word }: LogLines): string {
  const domain = CONSOLES.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'console.aws.amazon.com';
  const group = twice(logGroup);
  const lines = word === undefined ? '' : `/log-events$3FfilterPattern$3D${twice(`"${word}"`)}`;
  return `https://${region}.${domain}/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/${group}` + lines;
}

/** Where an installation's links lead: GitHub's site, and the logs of the functions. */
export interface LinkPlaces {
  readonly gitHubApiUrl: string;
  readonly region: string;
  readonly prefix: string;
}

export interface Link {
  readonly what: string;
  readonly url: string;
}

export function gitHubLink(job: Parameters<typeof jobPage>[0], { gitHubApiUrl }: LinkPlaces): Link {
  return { what: 'job at GitHub', url: jobPage(job, gitHubSiteOf(gitHubApiUrl)) };
}

/** The functions that work on a job or a launch. */
const FUNCTIONS = ['webhook', 'scale-up', 'machine', 'scale-down'] as const;

/** The functions' lines that have a word: the id of a job or of a launch. */
export function logLinks(word: string, { region, prefix }: LinkPlaces): readonly Link[] {
  return FUNCTIONS.map((name) => ({
    what: `log of ${name}`,
    url: logPage({ region, logGroup: `/aws/lambda/${prefix}-${name}`, word }),
  }));
}

export interface LogLines {
  readonly region: string;
  readonly logGroup: string;
  readonly word?: string;
}

/** As the console spells what is behind its `#`. */
function twice(text: string): string {
  return encodeURIComponent(encodeURIComponent(text)).replaceAll('%', '$');
}
