import type { Launcher } from '../../machines/launcher';
import type { ChaosContext } from './chaos-context';

/**
 * Lambda stops a function after about this many invocations in a chain of its own messages.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
 */
const LAMBDA_STOPS_AFTER = 16;

/** scale-up is exempt from Lambda's loop detection, so only this check notices a loop. */
export async function inspectChains(context: ChaosContext, launcher: Pick<Launcher, 'chains'>): Promise<void> {
  const chains = await launcher.chains();
  const longest = chains.map(({ name, longest: length }) => `${name} ${length}`).join(', ');
  context.figures.push({ what: "longest chain of each function's own messages", value: longest });
  const held = chains.length > 0 && chains.every((chain) => chain.longest <= LAMBDA_STOPS_AFTER && chain.stopped === 0);
  context.checks.check(
    `no chain of messages came to the ${LAMBDA_STOPS_AFTER} at which Lambda stops one`,
    held,
    longest,
  );
}
