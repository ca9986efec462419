import { overviewRows } from '@multi-tenant-runner/bench/overview/rows';
import { read } from './documents';

const NO_BURSTS = { hundredTenants: [], hundredFirst: [], oneTenant25: [], oneTenant100: [], besideFlood: [] };
const NOTHING = {
  rates: [],
  lives: new Map([1, 400, 1_000].map((machines) => [machines, []])),
  bursts: { own: NO_BURSTS, shared: NO_BURSTS },
  outage: { waits: [] },
  pushes: { toBuild: [], inAll: [] },
  pushesRaised: { inAll: [] },
  zips: new Map(),
};
const lines = read('docs/performance.md').split('\n');

describe('docs/performance.md has the rows of the bench, with their goals and commands', () => {
  test.each(overviewRows(NOTHING).map(({ what, goal, command }) => [what, goal, command]))(
    '%s',
    (what, goal, command) => {
      const row = lines.find((line) => line.startsWith(`| ${what} |`)) ?? '';
      expect(
        row
          .split('|')
          .slice(3, 5)
          .map((cell) => cell.trim()),
      ).toEqual([goal, `\`${command}\``]);
    },
  );
});

test('every command of a row is one that there is', () => {
  const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
  for (const { command } of overviewRows(NOTHING)) {
    const [program, verb, name = ''] = command.split(' ');
    if (program === 'npm' && verb === 'run') expect(Object.keys(scripts)).toContain(name);
  }
});
