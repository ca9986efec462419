export interface Lag {
  /** From now on reads show this moment. */
  hold(): void;
  /** Reads show the truth again. */
  release(): void;
}

export interface EventuallyConsistentView<T> extends Lag {
  read(): T;
}

/** A reader, like an index or `DescribeInstances`, that a test can keep behind the truth. */
export function createEventuallyConsistentView<T>(truth: () => T): EventuallyConsistentView<T> {
  let held: { readonly value: T } | undefined;
  return {
    hold: () => {
      held = { value: structuredClone(truth()) };
    },
    release: () => {
      held = undefined;
    },
    read: () => (held === undefined ? truth() : held.value),
  };
}
