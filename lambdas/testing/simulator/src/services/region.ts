/** Whether AWS answers in the Region. Machines and GitHub go on while it doesn't. */
export interface Region {
  readonly isDown: boolean;
  fail(): void;
  comeBack(): void;
  /** Calls it each time the Region comes back. */
  onReturn(action: () => void): void;
}

export function createRegion(): Region {
  const waiting: (() => void)[] = [];
  let isDown = false;
  return {
    get isDown() {
      return isDown;
    },
    fail: () => void (isDown = true),
    comeBack: () => {
      isDown = false;
      for (const action of waiting) action();
    },
    onReturn: (action) => void waiting.push(action),
  };
}
