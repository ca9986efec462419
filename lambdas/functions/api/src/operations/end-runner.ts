import { decideKill, killRecord, requestEnd } from '@multi-tenant-runner/core';
import * as v from 'valibot';
import { Problem } from '../http/problem';
import { text } from '../http/schemas';
import { defineOperation } from './operation';
import { recordChange } from './record-change';
import { findRunner, runner, runnerParams, viewRunner } from './runner-view';

export const endRunner = defineOperation({
  id: 'end-runner',
  method: 'POST',
  path: '/v1/tenants/{installation_id}/runners/{launch_id}/end',
  summary: 'Ends a machine within a minute or two; ask again for the proof. One that runs a job only with force.',
  params: runnerParams,
  body: v.strictObject({ force: v.optional(v.pipe(v.boolean(), v.description('Also with the job that it runs'))) }),
  answer: v.object({
    changed: v.pipe(v.boolean(), v.description('false: its end was asked for before, or it is gone')),
    sentence: text,
    proof: v.optional(v.pipe(text, v.description('That no machine is left; absent as long as one may be'))),
    runner,
  }),
  run: async ({ params, body: { force = false }, ...context }, deps) => {
    const found = await findRunner(params, deps);
    const { kind, sentence, proof } = decideKill(found, force);
    if (kind === 'refuse') throw new Problem('refused', sentence);
    if (kind === 'nothing') return { body: { changed: false, sentence, proof, runner: viewRunner(found) } };
    const { installationId } = found;
    await recordChange({ installationId, action: 'runner.end-asked', after: killRecord(found, force) }, context, deps);
    const written = await requestEnd(found, { force }, deps);
    if (written.ok) return { body: { changed: true, sentence, runner: viewRunner(written.row) } };
    throw new Problem('changed', 'The runner has gone on meanwhile, so nothing was written; read it again.');
  },
});
