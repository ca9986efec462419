import { usage } from '../problem';

export interface Paging {
  readonly limit: number;
  /** What the page before ended with. */
  readonly pageToken?: string | undefined;
}

/** The page as the stores have it. @throws Problem where no page ends with such a token */
export function parsePage({ limit, pageToken }: Paging, token: RegExp): { limit: number; after?: string } {
  return { limit, ...(pageToken !== undefined && { after: parsePageToken(pageToken, token) }) };
}

export function parsePageToken(given: string, token: RegExp): string {
  if (!token.test(given)) throw usage(`"${given}" is no page token: use the one that the last page ended with.`);
  return given;
}
