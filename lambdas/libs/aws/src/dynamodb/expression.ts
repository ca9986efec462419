import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { toAttribute } from './attributes';

/** Collects the names and values that an expression refers to. */
export class Expression {
  readonly names: Record<string, string> = {};
  readonly values: Record<string, AttributeValue> = {};
  private count = 0;

  /** `status` → `#status`: every name gets an alias, as many plain ones are reserved words. */
  name(attribute: string): string {
    // An alias may have only letters, digits and underscores; a tier's name in an attribute may have more.
    const alias = `#${attribute.replace(/\W/g, '_')}`;
    this.names[alias] = attribute;
    return alias;
  }

  value(value: unknown): string {
    return this.attributeValue(toAttribute(value));
  }

  attributeValue(value: AttributeValue): string {
    const alias = `:v${(this.count += 1)}`;
    this.values[alias] = value;
    return alias;
  }

  equals(attribute: string, value: unknown): string {
    return `${this.name(attribute)} = ${this.value(value)}`;
  }

  /** Of those that are given. */
  equalsAll(values: Readonly<Record<string, unknown>>): readonly string[] {
    const given = Object.entries(values).filter(([, value]) => value !== undefined);
    return given.map(([attribute, value]) => this.equals(attribute, value));
  }

  /** Each of them; null: it is missing. */
  isAsExpected(values: Readonly<Record<string, unknown>>): readonly string[] {
    return Object.entries(values).map(([attribute, value]) =>
      this.isStill(attribute, value === null ? undefined : toAttribute(value)),
    );
  }

  isOneOf(attribute: string, values: readonly unknown[]): string {
    return `${this.name(attribute)} IN (${values.map((value) => this.value(value)).join(', ')})`;
  }

  exists(attribute: string): string {
    return `attribute_exists(${this.name(attribute)})`;
  }

  isMissing(attribute: string): string {
    return `attribute_not_exists(${this.name(attribute)})`;
  }

  hasType(attribute: string, type: string): string {
    return `attribute_type(${this.name(attribute)}, ${this.value(type)})`;
  }

  /** Unchanged since it was read; undefined: still absent. */
  isStill(attribute: string, seen: AttributeValue | undefined): string {
    return seen === undefined ? this.isMissing(attribute) : `${this.name(attribute)} = ${this.attributeValue(seen)}`;
  }

  /**
   * `null` removes an attribute, undefined keeps it.
   *
   * @param copies attributes by the one that each takes its value from, as it is before the update
   * @param heirs the same of those that have no value of their own
   */
  update(
    changes: Readonly<Record<string, unknown>>,
    copies: Readonly<Record<string, string>> = {},
    heirs: Readonly<Record<string, string>> = {},
  ): string {
    const entries = Object.entries(changes).filter(([, value]) => value !== undefined);
    const sets = entries
      .filter(([, value]) => value !== null)
      .map(([attribute, value]) => `${this.name(attribute)} = ${this.value(value)}`)
      .concat(Object.entries(copies).map(([attribute, from]) => `${this.name(attribute)} = ${this.name(from)}`))
      .concat(Object.entries(heirs).map(([attribute, from]) => this.inherits(attribute, from)));
    const removes = entries.filter(([, value]) => value === null).map(([attribute]) => this.name(attribute));
    return [sets.length > 0 ? `SET ${sets.join(', ')}` : '', removes.length > 0 ? `REMOVE ${removes.join(', ')}` : '']
      .filter(Boolean)
      .join(' ');
  }

  private inherits(attribute: string, from: string): string {
    return `${this.name(attribute)} = if_not_exists(${this.name(attribute)}, ${this.name(from)})`;
  }

  /** Both maps, without empty ones, which DynamoDB rejects. */
  get placeholders(): {
    ExpressionAttributeNames?: Record<string, string>;
    ExpressionAttributeValues?: Record<string, AttributeValue>;
  } {
    return {
      ...(Object.keys(this.names).length > 0 && { ExpressionAttributeNames: this.names }),
      ...(Object.keys(this.values).length > 0 && { ExpressionAttributeValues: this.values }),
    };
  }
}
