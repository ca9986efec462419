/**
 * Takes the items of a queue in their order, so many side by side. What is not begun once it is over stays there.
 *
 * @param isOver asked before each item
 * @throws what `work` throws, while the others go on with theirs
 */
export async function sideBySide<T>(
  queue: T[],
  { atOnce, isOver }: { readonly atOnce: number; readonly isOver: () => boolean },
  work: (item: T) => Promise<void>,
): Promise<void> {
  const goOn = async (): Promise<void> => {
    while (queue.length > 0 && !isOver()) await work(queue.shift() as T);
  };
  await Promise.all(Array.from({ length: atOnce }, goOn));
}
