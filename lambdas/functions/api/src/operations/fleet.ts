import * as v from 'valibot';
import { Problem } from '../http/problem';
import { count, text } from '../http/schemas';
import { NOTHING, defineOperation } from './operation';
import { recordChange } from './record-change';

const deadLetters = v.object({
  queue: text,
  messages: count,
  has_source: v.pipe(v.boolean(), v.description('Messages can be moved back')),
});

export const listDeadLetters = defineOperation({
  id: 'list-dead-letters',
  method: 'GET',
  path: '/v1/dead-letters',
  summary: 'The dead-letter queues and what is in them.',
  params: NOTHING,
  answer: v.object({ queues: v.array(deadLetters) }),
  run: async (_call, deps) => ({
    body: {
      queues: (await deps.deadLetters.list()).map(({ queue, messages, hasSource }) => ({
        queue,
        messages,
        has_source: hasSource,
      })),
    },
  }),
});

export const redriveDeadLetters = defineOperation({
  id: 'redrive-dead-letters',
  method: 'POST',
  path: '/v1/dead-letters/{queue}/redrive',
  summary: 'Moves the messages of a dead-letter queue back to where they came from.',
  params: v.object({ queue: text }),
  body: NOTHING,
  answer: v.object({ queue: text, messages: count }),
  run: async ({ params: { queue }, ...context }, deps) => {
    const found = (await deps.deadLetters.list()).find((one) => one.queue === queue);
    if (found === undefined)
      throw new Problem('not-found', 'There is no such dead-letter queue; GET /v1/dead-letters lists them.');
    if (!found.hasSource)
      throw new Problem('refused', `No queue sends its dead letters to ${queue}, so none can be moved back.`);
    const { messages } = found;
    if (messages > 0) {
      await recordChange(
        { installationId: 0, action: 'dead-letters.redriven', after: { queue, messages } },
        context,
        deps,
      );
      await deps.deadLetters.redrive(queue);
    }
    return { body: { queue, messages } };
  },
});

const setLaunches = (enabled: boolean, summary: string) => {
  const verb = enabled ? 'unfreeze' : 'freeze';
  return defineOperation({
    id: `${verb}-launches`,
    method: 'POST',
    path: `/v1/launches/${verb}`,
    summary,
    params: NOTHING,
    body: NOTHING,
    answer: v.object({ queues: count, enabled: v.boolean() }),
    run: async (context, deps) => {
      const action = enabled ? 'launches.unfrozen' : 'launches.frozen';
      await recordChange({ installationId: 0, action, after: { enabled } }, context, deps);
      return { body: { queues: await deps.triggers.setEnabled(enabled), enabled } };
    },
  });
};

export const freezeLaunches = setLaunches(
  false,
  'Stops all launches of all tenants. Webhooks are still accepted, and jobs wait in their queues for up to four days.',
);
export const unfreezeLaunches = setLaunches(true, 'Lets launches go on.');
