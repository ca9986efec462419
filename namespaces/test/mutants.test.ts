import { judge } from './judge';
import { mutantsOf, type Mutant } from './mutants';
import { render } from './rendered';

/** Whether a row of some table fails, or Kubernetes (here: an evaluator) could not even read it. */
function isNoticed({ manifests, kind }: Mutant): boolean {
  try {
    return judge(manifests, kind).some(({ holds }) => !holds);
  } catch {
    return true;
  }
}

test('whatever is taken out of the manifests or made weaker, a row of the tables fails', () => {
  const mutants = mutantsOf(render());
  expect(mutants.length).toBeGreaterThan(400);
  expect(mutants.filter((mutant) => !isNoticed(mutant)).map(({ what }) => what)).toEqual([]);
});
