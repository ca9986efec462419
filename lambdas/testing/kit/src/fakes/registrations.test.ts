import fc from 'fast-check';
import type { InMemoryRegistration } from './github-model';
import { Registrations } from './registrations';

const registration = (id: number): InMemoryRegistration => ({
  id,
  name: `runner-${id % 3}`,
  installationId: 1,
  where: 'acme',
  labels: [],
  online: false,
  busy: false,
});

test('has what was added and not removed, oldest first, by id and by name', () => {
  const steps = fc.array(fc.oneof(fc.constant('add' as const), fc.constant('clear' as const), fc.nat(9)), {
    maxLength: 20,
  });
  fc.assert(
    fc.property(steps, (given) => {
      const registrations = new Registrations();
      let plain: InMemoryRegistration[] = [];
      const all: InMemoryRegistration[] = [];
      for (const step of given) {
        const one = typeof step === 'number' ? all[step] : undefined;
        if (step === 'add') {
          const next = registration(all.length);
          all.push(next);
          plain.push(next);
          registrations.add(next);
        } else if (step === 'clear') {
          plain = [];
          registrations.clear();
        } else if (one !== undefined) {
          plain = plain.filter((other) => other !== one);
          registrations.remove(one);
        }
      }
      expect(registrations.all()).toEqual(plain);
      expect([...registrations]).toEqual(plain);
      for (const one of all) {
        expect(registrations.withId(one.id)).toBe(plain.find(({ id }) => id === one.id));
        expect(registrations.has(one)).toBe(plain.includes(one));
        expect([...registrations.withName(one.name)]).toEqual(plain.filter(({ name }) => name === one.name));
      }
    }),
  );
});

test('does not remove another with the same id', () => {
  const registrations = new Registrations();
  const [before, after] = [registration(1), registration(1)];
  registrations.add(before);
  registrations.remove(before);
  registrations.add(after);

  registrations.remove(before);

  expect(registrations.all()).toEqual([after]);
  expect([...registrations.withName(after.name)]).toEqual([after]);
});
