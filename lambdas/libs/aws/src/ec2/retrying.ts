import { isThrottle, parseAwsError } from '../aws-error';

export type Sleep = (milliseconds: number) => Promise<void>;

const ATTEMPTS = 4;
export const PAUSE = 400;

/** For calls that may be made twice. The client itself repeats nothing, as RunInstances must know of every answer. */
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
