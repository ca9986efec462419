import { DAY } from './time';

/** With a dash and eight characters of a hash it is the name of a target group, which has at most 32. */
export const APP_NAME_LENGTH = 23;

/** After a deletion nobody else gets the name: links and webhooks still lead to it. */
export const NAME_REST = 30 * DAY;

/** Names that users take for the platform's own. */
const RESERVED: ReadonlySet<string> = new Set(
  `
    account accounts admin administrator api app apps assets auth autoconfig autodiscover aws billing
    blog cdn console dashboard dev dns docs email example ftp git github grafana health help host imap
    internal invalid localhost login mail metrics mtr mx news null ns ns1 ns2 oauth operator pop prod
    production proxy registry root security server smtp ssh ssl sso staging static status store support
    system tenant tenants test undefined user users vpn web webhook webmail webhooks whois wpad www
  `
    .trim()
    .split(/\s+/)
    .map(skeletonOf),
);

/** `pr-7-shop`, `pr7shop` and `pr-l-shop` beside `pr-7--shop` and `pr-1--shop`. */
const LIKE_A_PREVIEW = /^pr(-?\d|-[ilos\d]+-)/;

const LETTERS =
  'the name must have only letters of a to z, digits and single dashes, begin with a letter and not end in a dash';

/** A name as it is compared and stored, or every problem with it. */
export function parseAppName(
  given: string,
): { readonly ok: true; readonly name: string } | { readonly ok: false; readonly problems: readonly string[] } {
  const name = given.toLowerCase();
  const problems = [
    ...(/^[a-z]([a-z0-9]|-(?=[a-z0-9]))*$/.test(name) ? [] : [LETTERS]),
    ...(name.length >= 2 && name.length <= APP_NAME_LENGTH
      ? []
      : [`the name must have 2 to ${APP_NAME_LENGTH} characters`]),
    ...(RESERVED.has(skeletonOf(name)) || LIKE_A_PREVIEW.test(name)
      ? ['the name is reserved, or looks like one that is']
      : []),
  ];
  return problems.length === 0 ? { ok: true, name } : { ok: false, problems };
}

/**
 * What a name looks like: two names with one skeleton can be taken for each other, so only one tenant has them. After
 * Unicode's confusables, of which names here have only those of ASCII: https://www.unicode.org/reports/tr39/
 */
export function skeletonOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/-/g, '')
    .replace(/rn/g, 'm')
    .replace(/vv/g, 'w')
    .replace(/cl/g, 'd')
    .replace(/[1il]/g, 'l')
    .replace(/0/g, 'o')
    .replace(/5/g, 's');
}
