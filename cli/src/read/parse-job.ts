import { usage } from '../problem';

/** A job as a user names it: by its page's address, or by its id and a tenant. */
export interface JobName {
  readonly jobId: number;
  /** The login of the repository's owner. */
  readonly owner?: string;
}

const PAGE = /^https?:\/\/[^/]+\/([^/]+)\/[^/]+\/actions\/runs\/\d+(?:\/attempts\/\d+)?\/job\/(\d+)(?:[/?#].*)?$/;

/** @throws Problem with exit code 2 for anything else */
export function parseJobName(text: string): JobName {
  const page = PAGE.exec(text);
  if (page !== null) return { owner: decodeURIComponent(page[1] ?? ''), jobId: Number(page[2]) };
  if (/^[1-9]\d{0,15}$/.test(text)) return { jobId: Number(text) };
  throw usage(
    `"${text.slice(0, 200)}" is neither a job's id nor the address of its page (…/actions/runs/<run>/job/<job>).`,
  );
}
