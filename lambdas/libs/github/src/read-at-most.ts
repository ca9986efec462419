/** The whole body, or undefined once it is longer: the rest is not read. @param limit in bytes */
export async function readAtMost(body: unknown, limit: number): Promise<Uint8Array | undefined> {
  if (body instanceof ArrayBuffer) return body.byteLength > limit ? undefined : new Uint8Array(body);
  if (!(body instanceof ReadableStream)) throw new Error('it has no body');
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    if (value === undefined) continue;
    length += value.byteLength;
    if (length > limit) {
      await reader.cancel();
      return undefined;
    }
    parts.push(value);
  }
  return Buffer.concat(parts);
}
