export interface Lag {
  /** From now on reads show this moment. */
  hold(): void;
  /** Reads show the truth again. */
  release(): void;
}

export interface LaggingView<T> extends Lag {
  read(): T;
}

/** A reader, like an index or `DescribeInstances`, that can be told to stay behind the truth. */
export function createLaggingView<T>(truth: () => T): LaggingView<T> {
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
