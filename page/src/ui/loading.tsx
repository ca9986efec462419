import { useSignal, type Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { sentenceOf } from '../state';

type Loaded<T> = { readonly value?: T; readonly problem?: string };

/** Loads when what it hangs on changes, and every so many seconds while the page is seen. */
export function useFacts<T>(load: () => Promise<T>, on: readonly unknown[], everySeconds?: number): Signal<Loaded<T>> {
  const loaded = useSignal<Loaded<T>>({});
  useEffect(() => {
    let isCurrent = true;
    const run = async (): Promise<void> => {
      if (document.hidden && loaded.value.value !== undefined) return;
      try {
        const value = await load();
        if (isCurrent) loaded.value = { value };
      } catch (error) {
        const problem = sentenceOf(error);
        if (isCurrent) loaded.value = { ...loaded.value, problem };
      }
    };
    loaded.value = {};
    void run();
    const timer = everySeconds === undefined ? undefined : setInterval(() => void run(), everySeconds * 1_000);
    return () => {
      isCurrent = false;
      clearInterval(timer);
    };
  }, on);
  return loaded;
}

/** The facts, or why there are none. */
export function Facts<T>({ of, children }: { of: Signal<Loaded<T>>; children: (value: T) => ComponentChildren }) {
  const { value, problem } = of.value;
  return (
    <>
      {problem !== undefined && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {value === undefined ? problem === undefined && <p class="quiet">Loading …</p> : children(value)}
    </>
  );
}
