import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

/** One invocation, as the parent asks for it on a line of its own. */
export interface WorkerAsk {
  readonly event: unknown;
  readonly requestId: string;
}

export interface WorkerAnswer {
  readonly milliseconds: number;
  /** Of this process alone. */
  readonly cpuMilliseconds: number;
  readonly failed: number;
}

type Handler = (
  event: unknown,
  context: { readonly awsRequestId: string; readonly getRemainingTimeInMillis: () => number },
) => Promise<{ readonly batchItemFailures: readonly unknown[] }>;

const TIMEOUT = 600_000;

/** The function's real bundle in a container of its own; its log is not this program's output. */
async function main(bundle: string): Promise<void> {
  const answerLine = process.stdout.write.bind(process.stdout);
  process.stdout.write = () => true;
  const { handler } = (await import(pathToFileURL(bundle).href)) as { readonly handler: Handler };
  for await (const line of createInterface({ input: process.stdin })) {
    const { event, requestId } = JSON.parse(line) as WorkerAsk;
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    const end = start + TIMEOUT;
    const context = { awsRequestId: requestId, getRemainingTimeInMillis: () => end - performance.now() };
    const { batchItemFailures } = await handler(event, context);
    const used = process.cpuUsage(cpu);
    const answer: WorkerAnswer = {
      milliseconds: performance.now() - start,
      cpuMilliseconds: (used.user + used.system) / 1_000,
      failed: batchItemFailures.length,
    };
    answerLine(`${JSON.stringify(answer)}\n`);
  }
}

main(process.argv[2] ?? '').catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
