import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

/** What a process says, a line each: of its start, then of each event. */
export interface MemoryAnswer {
  readonly milliseconds: number;
  /** Of this process alone. */
  readonly cpuMilliseconds: number;
  /** The most so far, in MB. */
  readonly rss: number;
  readonly answer: unknown;
}

type Handler = (
  event: unknown,
  context: { readonly awsRequestId: string; readonly getRemainingTimeInMillis: () => number },
) => Promise<unknown>;

const TIMEOUT = 110_000;

/** A function's real bundle in a container of its own; its log is not this program's output. */
async function main(bundle: string): Promise<void> {
  const answerLine = process.stdout.write.bind(process.stdout);
  process.stdout.write = () => true;
  const say = (start: number, cpu: NodeJS.CpuUsage, answer: unknown): void => {
    const used = process.cpuUsage(cpu);
    const said: MemoryAnswer = {
      milliseconds: performance.now() - start,
      cpuMilliseconds: (used.user + used.system) / 1_000,
      rss: process.resourceUsage().maxRSS / 1_024,
      answer,
    };
    answerLine(`${JSON.stringify(said)}\n`);
  };
  const { handler } = (await import(pathToFileURL(bundle).href)) as { readonly handler: Handler };
  // Node's own start is part of it.
  say(0, { user: 0, system: 0 }, null);
  for await (const line of createInterface({ input: process.stdin })) {
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    const context = {
      awsRequestId: `request-${start}`,
      getRemainingTimeInMillis: () => start + TIMEOUT - performance.now(),
    };
    say(start, cpu, await handler(JSON.parse(line), context));
  }
}

main(process.argv[2] ?? '').catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
