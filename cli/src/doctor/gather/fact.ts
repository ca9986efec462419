import type { Fact } from '../facts';

/** Finds something out; whatever goes wrong makes it unknown, in one sentence, and stops nothing else. */
export async function factOf<T>(find: () => Promise<T>): Promise<Fact<T>> {
  try {
    return { known: true, value: await find() };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: 'Error', message: 'it failed without a reason' };
    return { known: false, because: (name === 'Error' ? message : `${name}: ${message}`).slice(0, 300) };
  }
}
