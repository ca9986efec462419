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

test('is the list that an array would be, and finds in it what is there', () => {
  const steps = fc.array(fc.oneof(fc.constant('push' as const), fc.tuple(fc.nat(6), fc.nat(3))), { maxLength: 20 });
  fc.assert(
    fc.property(steps, (given) => {
      const list = new Registrations();
      const plain: InMemoryRegistration[] = [];
      const all: InMemoryRegistration[] = [];
      for (const step of given) {
        if (step === 'push') {
          const next = registration(all.length);
          all.push(next);
          for (const one of [list, plain]) one.push(next);
        } else expect(list.splice(...step)).toEqual(plain.splice(...step));
      }
      expect([...list]).toEqual(plain);
      expect(list).toHaveLength(plain.length);
      for (const one of all) {
        expect(list.withId(one.id)).toBe(plain.find(({ id }) => id === one.id));
        expect(list.has(one)).toBe(plain.includes(one));
        expect([...list.withName(one.name)]).toEqual(plain.filter(({ name }) => name === one.name));
      }
    }),
  );
});

test('keeps those that take the place of others', () => {
  const list = new Registrations();
  list.push(registration(1), registration(2));

  list.splice(0, 1, registration(4));

  expect(list.filter(() => true)).toEqual([registration(4), registration(2)]);
  expect([list.withId(1), list.withId(4)]).toEqual([undefined, registration(4)]);
});
