import * as v from 'valibot';
import { defineOperation } from './operation';

export const checkHealth = defineOperation({
  id: 'check-health',
  method: 'GET',
  path: '/v1/health',
  summary: 'The function answers. It says nothing of what stands behind it.',
  params: v.object({}),
  answer: v.object({ status: v.literal('ok') }),
  run: async () => ({ body: { status: 'ok' as const } }),
});
