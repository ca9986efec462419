interface Group<Q, A> {
  readonly questions: Q[];
  readonly answers: Promise<readonly A[]>;
}

/**
 * Asks for several at once: who comes first waits for others with the same key, and all of them share what becomes of
 * the one request.
 *
 * @param options.wait for how long the first waits
 * @param options.ask answers each question, in their order
 */
export function createGathering<Q, A>(options: {
  readonly wait: () => Promise<void>;
  readonly ask: (questions: readonly Q[]) => Promise<readonly A[]>;
}): (key: string, question: Q) => Promise<A> {
  const gathered = new Map<string, Group<Q, A>>();
  const begin = (key: string): Group<Q, A> => {
    const questions: Q[] = [];
    const answer = async (): Promise<readonly A[]> => {
      await options.wait();
      gathered.delete(key);
      return options.ask(questions);
    };
    const group = { questions, answers: answer() };
    gathered.set(key, group);
    return group;
  };
  return async (key, question) => {
    const { questions, answers } = gathered.get(key) ?? begin(key);
    const at = questions.push(question) - 1;
    return (await answers)[at] as A;
  };
}
