import type { Launcher } from '../../machines/launcher';
import type { ChaosContext } from './chaos-context';

/**
 * Lambda stops a function that its own messages lead to about so often.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
 */
const LAMBDA_STOPS_AFTER = 16;

/** scale-up is exempt from that guard, so nobody but this would notice a loop. */
export async function inspectChains(stage: ChaosContext, launcher: Pick<Launcher, 'chains'>): Promise<void> {
  const chains = await launcher.chains();
  const longest = chains.map(({ name, longest: length }) => `${name} ${length}`).join(', ');
  stage.figures.push({ what: "longest chain of each function's own messages", value: longest });
  const held = chains.length > 0 && chains.every((chain) => chain.longest <= LAMBDA_STOPS_AFTER && chain.stopped === 0);
  stage.checks.check(`no chain of messages came to the ${LAMBDA_STOPS_AFTER} at which Lambda stops one`, held, longest);
}
