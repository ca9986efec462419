/** Names that are remembered: there are some hundred fields, and whatever else people write into a row. */
const MOST = 1_000;

/** `queuedAt` → `queued_at`: people read rows and messages too, so these keep the spelling of GitHub and AWS. */
export const toSnakeCase = remembering((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));

export const toCamelCase = remembering((name) =>
  name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase()),
);

/** Keys of a plain row and of the objects in it. */
export function renameKeys(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((entry) => renameKeys(entry, rename));
  if (typeof value !== 'object' || value === null || value instanceof Set) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [rename(name), renameKeys(entry, rename)]));
}

/** The same few names come with each row. */
function remembering(spell: (name: string) => string): (name: string) => string {
  const known = new Map<string, string>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const spelled = spell(name);
    if (known.size < MOST) known.set(name, spelled);
    return spelled;
  };
}
