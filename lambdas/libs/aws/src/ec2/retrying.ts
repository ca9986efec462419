import { isThrottle, parseAwsError, type AwsError } from '../aws-error';

export type Sleep = (milliseconds: number) => Promise<void>;

export const PAUSE = 400;
const PAUSES = [PAUSE, 2 * PAUSE, 4 * PAUSE];

/** For idempotent calls. The client itself does not retry, as the launch must see every answer of RunInstances. */
export function retrying<T>(sleep: Sleep, call: () => Promise<T>): Promise<T> {
  const isWorthIt = (failure: AwsError): boolean =>
    isThrottle(failure) || failure.httpStatus === undefined || failure.httpStatus >= 500;
  return repeating({ sleep, pauses: PAUSES, isWorthIt }, call);
}

/** Once more after each pause, as long as the failure is worth it. */
export async function repeating<T>(
  how: {
    readonly sleep: Sleep;
    readonly pauses: readonly number[];
    readonly isWorthIt: (failure: AwsError) => boolean;
  },
  call: () => Promise<T>,
): Promise<T> {
  for (const pause of how.pauses) {
    try {
      return await call();
    } catch (error) {
      if (!how.isWorthIt(parseAwsError(error))) throw error;
    }
    await how.sleep(pause);
  }
  return call();
}
