import * as v from 'valibot';
import { ROLES } from '../access/caller';
import { id, text } from '../http/schemas';
import { NOTHING, defineOperation } from './operation';

export const showMe = defineOperation({
  id: 'show-me',
  method: 'GET',
  path: '/v1/me',
  summary: 'The caller as the API sees it, with the installation that a token speaks for.',
  params: NOTHING,
  answer: v.object({
    role: v.picklist(ROLES),
    actor: text,
    installation_id: v.optional(id),
    repository: v.optional(text),
  }),
  run: async ({ caller }) => {
    if (caller === undefined) throw new Error('Only a public operation has no caller.');
    if (caller.role === 'operator') return { body: { role: caller.role, actor: caller.actor } };
    const { role, actor, installationId, repository } = caller;
    return { body: { role, actor, installation_id: installationId, ...(repository !== undefined && { repository }) } };
  },
});
