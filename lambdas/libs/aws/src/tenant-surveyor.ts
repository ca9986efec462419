import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { parseJson, parseSurvey, type TenantSurveyor } from '@multi-tenant-runner/core';

/**
 * Asks the tenant manager, which has the rights to look: neither the API nor an operator needs them.
 *
 * @returns its `survey` throws what Lambda refuses, and where the function failed
 */
export function createTenantSurveyor(client: Pick<LambdaClient, 'send'>, functionName: string): TenantSurveyor {
  return {
    survey: async (installationId) => {
      const Payload = new TextEncoder().encode(JSON.stringify({ survey: installationId }));
      const answer = await client.send(new InvokeCommand({ FunctionName: functionName, Payload }));
      const text = new TextDecoder().decode(answer.Payload ?? new Uint8Array());
      const parsed = parseJson(text, parseSurvey);
      if (answer.FunctionError !== undefined || !parsed.ok)
        throw new Error(`${functionName} could not look for what is left of the tenant; its log says why.`);
      return parsed.value;
    },
  };
}
