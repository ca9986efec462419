import type { InMemoryRegistration } from './github-model';

/**
 * A list with an index of ids and names, which changes through `push` and `splice` alone: a simulated day has thousands
 * at once and asks for each many times.
 */
export class Registrations extends Array<InMemoryRegistration> {
  private readonly ids = new Map<number, InMemoryRegistration>();
  private readonly names = new Map<string, Set<InMemoryRegistration>>();

  /** What `filter` and the like answer needs no index. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  override push(...items: InMemoryRegistration[]): number {
    for (const item of items) this.note(item);
    return super.push(...items);
  }

  override splice(start: number, count = this.length, ...items: InMemoryRegistration[]): InMemoryRegistration[] {
    if (items.length === 0 && count === 1 && start >= 0 && start < this.length) return [this.take(start)];
    const removed = super.splice(start, count, ...items);
    for (const item of removed) this.forget(item);
    for (const item of items) this.note(item);
    return removed;
  }

  withId(id: number): InMemoryRegistration | undefined {
    return this.ids.get(id);
  }

  /** Oldest first. */
  withName(name: string): Iterable<InMemoryRegistration> {
    return this.names.get(name) ?? [];
  }

  has(item: InMemoryRegistration): boolean {
    return this.ids.get(item.id) === item;
  }

  /** As `splice` does it for one: that of a list which is no plain array moves each behind it ten times slower. */
  private take(at: number): InMemoryRegistration {
    const taken = this[at] as InMemoryRegistration;
    for (let next = at + 1; next < this.length; next += 1) this[next - 1] = this[next] as InMemoryRegistration;
    this.length -= 1;
    this.forget(taken);
    return taken;
  }

  private note(item: InMemoryRegistration): void {
    this.ids.set(item.id, item);
    this.names.set(item.name, (this.names.get(item.name) ?? new Set()).add(item));
  }

  private forget(item: InMemoryRegistration): void {
    if (this.has(item)) this.ids.delete(item.id);
    const named = this.names.get(item.name);
    named?.delete(item);
    if (named?.size === 0) this.names.delete(item.name);
  }
}
