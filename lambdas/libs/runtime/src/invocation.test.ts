import { MINUTE } from '@multi-tenant-runner/core';
import { InvocationOver, ofThisInvocation, runInvocation, sendInTime } from './invocation';

const REQUEST = 10_000;

function setUp(remaining = MINUTE) {
  let now = Date.parse('2026-01-15T12:00:00.000Z');
  const clock = { now: () => new Date(now) };
  const sleep = (milliseconds: number): void => void (now += milliseconds);
  const options = { clock, context: { getRemainingTimeInMillis: () => remaining } };
  const sent: (AbortSignal | undefined)[] = [];
  const send = () =>
    sendInTime(REQUEST, async (signal) => {
      sent.push(signal);
      return 'answer';
    });
  return { options, sent, send, sleep };
}

function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

describe('a request of an invocation', () => {
  test('is sent while its time lasts, with the signal at which it is abandoned', async () => {
    const { options, sent, send } = setUp();
    await expect(runInvocation(options, send)).resolves.toBe('answer');
    expect(sent).toEqual([expect.any(AbortSignal)]);
  });

  test('is not sent once another might hold the lease before it arrives', async () => {
    const { options, sent, send, sleep } = setUp();
    await runInvocation(options, async () => {
      sleep(MINUTE + 20_000 - 1);
      await send();
      sleep(1);
      await expect(send()).rejects.toThrow('slept past its leases');
    });
    expect(sent).toHaveLength(1);
  });

  test('is not sent after the answer, whenever Lambda goes on with what was left', async () => {
    const { options, sent, send } = setUp();
    const thaw = gate();
    let left: Promise<unknown> | undefined;
    await runInvocation(options, async () => {
      left = thaw.opened.then(send);
    });
    thaw.open();
    await expect(left).rejects.toThrow(InvocationOver);
    expect(sent).toEqual([]);
  });

  test('is abandoned when the invocation answers, also with an error', async () => {
    const { options, sent, send } = setUp();
    const failing = runInvocation(options, async () => {
      await send();
      throw new Error('the work fails');
    });
    await expect(failing).rejects.toThrow('the work fails');
    expect(sent[0]?.aborted).toBe(true);
    expect(sent[0]?.reason).toBeInstanceOf(InvocationOver);
  });

  test('is abandoned at the deadline, although the work still waits for it', async () => {
    const { options } = setUp(1_050);
    const hanging = runInvocation(options, () =>
      sendInTime(
        REQUEST,
        (signal) => new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error))),
      ),
    );
    await expect(hanging).rejects.toThrow(InvocationOver);
  });

  test('belongs to its own invocation, although another one starts it', async () => {
    const first = setUp();
    const second = setUp();
    const queue: (() => void)[] = [];
    let outcome: Promise<unknown> | undefined;
    await runInvocation(first.options, async () => {
      queue.push(ofThisInvocation(() => void (outcome = first.send())));
    });
    await runInvocation(second.options, async () => queue.shift()?.());
    await expect(outcome).rejects.toThrow(InvocationOver);
  });

  test('is bound by nothing where there is no invocation, as while a function loads', async () => {
    const { sent, send } = setUp();
    await send();
    expect(sent).toEqual([undefined]);
  });
});
