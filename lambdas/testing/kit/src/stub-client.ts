/** A call as an AWS client sends it. */
export interface SentCommand {
  readonly name: string;
  readonly input: Record<string, unknown>;
}

export type StubAnswer = Record<string, unknown> | Error;

export interface StubClient {
  readonly sent: SentCommand[];
  /** Fits wherever a client's `send` is wanted; the answer is whatever the test gives. */
  send(command: unknown): Promise<never>;
}

/** Stands where an AWS client would, below the adapter: it answers by the command's name without its "Command". */
export function createStubClient(answer: (command: SentCommand) => StubAnswer): StubClient {
  const sent: SentCommand[] = [];
  return {
    sent,
    send: async (command) => {
      const { input } = command as { input: Record<string, unknown> };
      const name = (command as object).constructor.name.replace(/Command$/, '');
      sent.push({ name, input });
      const result = answer({ name, input });
      if (result instanceof Error) throw result;
      return result as never;
    },
  };
}

/** An error as the SDK throws it. Without a status: no answer came. */
export function awsError(code: string, httpStatusCode?: number, message = `${code} happened`): Error {
  return Object.assign(new Error(message), {
    name: code,
    $metadata: httpStatusCode === undefined ? {} : { httpStatusCode },
  });
}
