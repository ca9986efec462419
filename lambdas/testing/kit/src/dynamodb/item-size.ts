import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/**
 * The bytes of a row by which DynamoDB counts units; a write unit is 1,024 of them.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemSizeOf(item: Readonly<Record<string, AttributeValue>>): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueSizeOf(value), 0);
}

/** Of a list or map, whatever is in it, and of each of its elements. */
const COLLECTION = 3;
const ELEMENT = 1;

function valueSizeOf({ S, N, B, SS, NS, L, M }: AttributeValue): number {
  if (S !== undefined) return Buffer.byteLength(S);
  if (N !== undefined) return numberSizeOf(N);
  if (B !== undefined) return B.byteLength;
  if (SS !== undefined) return SS.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (NS !== undefined) return NS.reduce((sum, number) => sum + numberSizeOf(number), 0);
  if (L !== undefined) return L.reduce((sum, value) => sum + ELEMENT + valueSizeOf(value), COLLECTION);
  if (M !== undefined) return itemSizeOf(M) + ELEMENT * Object.keys(M).length + COLLECTION;
  // A boolean, or none.
  return 1;
}

/** A byte for each two significant digits, and one; one more for the sign, and where a digit stands alone. */
function numberSizeOf(text: string): number {
  const digits = text.replace(/^-/, '').replace('.', '').replace(/^0+/, '').replace(/0+$/, '');
  return Math.ceil(digits.length / 2) + 1 + (text.startsWith('-') ? 1 : 0);
}
