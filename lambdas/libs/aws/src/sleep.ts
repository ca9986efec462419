import { setTimeout as wait } from 'node:timers/promises';

export async function sleep(milliseconds: number): Promise<void> {
  await wait(milliseconds);
}
