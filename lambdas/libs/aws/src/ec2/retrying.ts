import { isThrottle, parseAwsError } from '../aws-error';

export type Sleep = (milliseconds: number) => Promise<void>;

const ATTEMPTS = 4;
export const PAUSE = 400;

/** For idempotent calls. The client itself does not retry, as the launch must see every answer of RunInstances. */
export async function retrying<T>(sleep: Sleep, call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const failure = parseAwsError(error);
      const worthIt = isThrottle(failure) || failure.httpStatus === undefined || failure.httpStatus >= 500;
      if (!worthIt || attempt >= ATTEMPTS) throw error;
    }
    await sleep(PAUSE * 2 ** (attempt - 1));
  }
}
