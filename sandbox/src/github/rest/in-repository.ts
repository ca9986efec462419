import type { Answer, Call, Handler } from '../../lib/http';
import type { GitHub } from '../github';
import type { Access, Account, Repository } from '../state/model';
import { asInstallation, inRepository } from './access';

export interface Place {
  readonly owner: Account;
  readonly repository: Repository;
}

/** A route below `/repos/{owner}/{repo}`, for a token that has a permission there. */
export function inPlace(
  github: GitHub,
  needed: { readonly permission: string; readonly access: Access },
  handle: (call: Call, place: Place) => Answer | Promise<Answer>,
): Handler {
  return (call) => {
    const allowed = asInstallation(call.headers, github.store, github.clock());
    if (!allowed.ok) return allowed.answer;
    const where = { owner: call.params['owner'] ?? '', repo: call.params['repo'] ?? '' };
    const found = inRepository(allowed.value, github.store, where, needed);
    return found.ok
      ? handle(call, { owner: allowed.value.installation.account, repository: found.value })
      : found.answer;
  };
}
