import type { InMemoryRegistration } from './github-model';

/** GitHub's runners by id and by name: a simulated day has thousands at once, and asks for each many times. */
export class Registrations implements Iterable<InMemoryRegistration> {
  /** Oldest first. */
  private readonly ids = new Map<number, InMemoryRegistration>();
  private readonly names = new Map<string, Set<InMemoryRegistration>>();

  add(item: InMemoryRegistration): void {
    this.ids.set(item.id, item);
    this.names.set(item.name, (this.names.get(item.name) ?? new Set()).add(item));
  }

  /** Nothing where it is gone already. */
  remove(item: InMemoryRegistration): void {
    if (!this.has(item)) return;
    this.ids.delete(item.id);
    const named = this.names.get(item.name);
    named?.delete(item);
    if (named?.size === 0) this.names.delete(item.name);
  }

  clear(): void {
    this.ids.clear();
    this.names.clear();
  }

  has(item: InMemoryRegistration): boolean {
    return this.ids.get(item.id) === item;
  }

  withId(id: number): InMemoryRegistration | undefined {
    return this.ids.get(id);
  }

  /** Oldest first. */
  withName(name: string): Iterable<InMemoryRegistration> {
    return this.names.get(name) ?? [];
  }

  /** Oldest first. */
  all(): readonly InMemoryRegistration[] {
    return [...this.ids.values()];
  }

  [Symbol.iterator](): Iterator<InMemoryRegistration> {
    return this.ids.values();
  }
}
