import { describeGone, isAppGone, type App } from '../model/app';
import { MOST_HOSTS, isHostServed, parseAppHost, type AppHost, type AppHostState } from '../model/app-host';

/** `nothing`: it is so already. */
export type HostsDecision =
  | { readonly kind: 'change'; readonly hosts: readonly AppHost[]; readonly host: AppHost; readonly sentence: string }
  | { readonly kind: 'nothing'; readonly sentence: string }
  | { readonly kind: 'refuse'; readonly sentence: string };

type Asked = Pick<App, 'app' | 'state' | 'hosts' | 'previewOf'>;

/** An app asks for a domain, or for another look at one that it has asked for. Pure. */
export function decideHostAdd(
  { app, state, hosts, previewOf }: Asked,
  given: string,
  { domain, now }: { readonly domain: string; readonly now: Date },
): HostsDecision {
  if (isAppGone({ state })) return refuse(describeGone({ app }));
  if (previewOf !== undefined) return refuse('A preview has its own address alone.');
  const parsed = parseAppHost(given, { domain });
  if (!parsed.ok) return refuse(`The domain is refused: ${parsed.problems.join('; ')}.`);
  const { host } = parsed;
  const standing = hosts.find((one) => one.host === host);
  if (standing?.state === 'leaving') return refuse(`${host} is being taken off; ask for it again in some minutes.`);
  if (standing && isHostServed(standing)) return { kind: 'nothing', sentence: describeHost(standing) };
  if (standing === undefined && hosts.length >= MOST_HOSTS)
    return refuse(`${app} has ${MOST_HOSTS} domains of its own, and a rule of a load balancer takes no more.`);
  const wished: AppHost = { host, state: 'waiting', askedAt: now.toISOString() };
  return {
    kind: 'change',
    host: wished,
    hosts: standing ? hosts.map((one) => (one === standing ? wished : one)) : [...hosts, wished],
    sentence: describeHost(wished),
  };
}

/** A domain goes: at once where nothing leads from it, and else once the rule is without it. Pure. */
export function decideHostRemoval({ app, state, hosts }: Asked, given: string): HostsDecision {
  if (isAppGone({ state })) return refuse(describeGone({ app }));
  const parsed = parseAppHost(given, { domain: '' });
  const standing = parsed.ok ? hosts.find((one) => one.host === parsed.host) : undefined;
  if (standing === undefined) return { kind: 'nothing', sentence: `${app} has no such domain.` };
  const rest = hosts.filter((one) => one !== standing);
  const leaving: AppHost = { ...standing, state: 'leaving', removed: true };
  if (standing.state === 'waiting')
    return { kind: 'change', host: leaving, hosts: rest, sentence: `${app} no longer asks for ${standing.host}.` };
  return { kind: 'change', host: leaving, hosts: [...rest, leaving], sentence: describeHost(leaving) };
}

const refuse = (sentence: string): HostsDecision => ({ kind: 'refuse', sentence });

const SAID: Readonly<Record<AppHostState, (one: AppHost) => string>> = {
  waiting: ({ host, problem }) =>
    `${host} waits for its TXT record${problem === undefined ? ', which is looked for now.' : `: ${problem}`}`,
  serving: ({ host, provenAt = '' }) => `${host} leads to the app; its TXT record was seen at ${provenAt}.`,
  lost: ({ host, lostAt = '' }) =>
    `${host} has no TXT record since ${lostAt}; a day after that it is taken off. Put the record back.`,
  leaving: ({ host }) => `${host} is being taken off, and then waits for its TXT record or is gone.`,
};

/** In a sentence. */
export function describeHost(one: AppHost): string {
  return SAID[one.state](one);
}
