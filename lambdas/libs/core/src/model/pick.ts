/** An object with these fields only, as far as it has them. */
export function pick<T extends object, K extends keyof T>(value: T, fields: readonly K[]): Pick<T, K>;
export function pick(value: object, fields: readonly PropertyKey[]): unknown {
  const present = fields.filter((field) => Reflect.get(value, field) !== undefined);
  return Object.fromEntries(present.map((field) => [field, Reflect.get(value, field)]));
}
