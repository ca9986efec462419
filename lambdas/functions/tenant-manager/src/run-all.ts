/**
 * Runs every step even if one fails, and then throws: the whole event is retried, and a step that succeeded is
 * idempotent.
 */
export async function runAll(steps: readonly (() => Promise<unknown>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (cause) {
      failures.push(cause);
    }
  }
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1)
    throw new AggregateError(failures, `${failures.length} of ${steps.length} steps failed; retrying the event`);
}
