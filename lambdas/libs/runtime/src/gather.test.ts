import { createGathering } from './gather';

function setUp(
  ask = async (questions: readonly string[]): Promise<readonly string[]> => questions.map((one) => `${one}!`),
) {
  const asked: (readonly string[])[] = [];
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  const gather = createGathering<string, string>({
    wait: () => gate,
    ask: (questions) => {
      asked.push([...questions]);
      return ask(questions);
    },
  });
  return { gather, asked, open };
}

test('asks once for all that come while the first waits, apart by key, and answers each its own', async () => {
  const { gather, asked, open } = setUp();
  const answers = Promise.all([gather('1', 'a'), gather('2', 'b'), gather('1', 'c')]);
  open();
  await expect(answers).resolves.toEqual(['a!', 'b!', 'c!']);
  expect(asked).toEqual([['a', 'c'], ['b']]);
});

test('who comes after that begins anew', async () => {
  const { gather, asked, open } = setUp();
  open();
  await gather('1', 'a');
  await gather('1', 'b');
  expect(asked).toEqual([['a'], ['b']]);
});

test('what fails fails for all that asked, and for nobody after them', async () => {
  let fails = true;
  const { gather, open } = setUp(async (questions) => {
    if (fails) throw new Error('away');
    return questions;
  });
  open();
  const answers = await Promise.allSettled([gather('1', 'a'), gather('1', 'b')]);
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  fails = false;
  await expect(gather('1', 'c')).resolves.toBe('c');
});
