import { sideBySide } from './side-by-side';

test('takes items in their order, so many at once', async () => {
  const begun: number[] = [];
  let running = 0;
  let most = 0;
  await sideBySide([1, 2, 3, 4, 5], { atOnce: 2, isOver: () => false }, async (item) => {
    begun.push(item);
    most = Math.max(most, (running += 1));
    await Promise.resolve();
    running -= 1;
  });
  expect(begun).toEqual([1, 2, 3, 4, 5]);
  expect(most).toBe(2);
});

test('leaves in the queue what is not begun when it is over', async () => {
  const queue = [1, 2, 3, 4];
  const begun: number[] = [];
  await sideBySide(queue, { atOnce: 1, isOver: () => begun.length === 2 }, async (item) => void begun.push(item));
  expect(begun).toEqual([1, 2]);
  expect(queue).toEqual([3, 4]);
});

test('fails as its work does', async () => {
  const fails = sideBySide([1], { atOnce: 3, isOver: () => false }, async () => Promise.reject(new Error('no')));
  await expect(fails).rejects.toThrow('no');
});
