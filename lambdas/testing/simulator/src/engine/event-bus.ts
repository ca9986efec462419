/** Calls the listeners of an event at once and in the order in which they subscribed, so that a run can be replayed. */
export interface EventBus<Events extends object> {
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): void;
  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void;
}

type Listeners<Events extends object> = { [Name in keyof Events]?: ((event: Events[Name]) => void)[] };

export function createEventBus<Events extends object>(): EventBus<Events> {
  const listeners: Listeners<Events> = {};
  return {
    on(name, listener) {
      listeners[name] = [...(listeners[name] ?? []), listener];
    },
    emit(name, event) {
      for (const listener of listeners[name] ?? []) listener(event);
    },
  };
}
