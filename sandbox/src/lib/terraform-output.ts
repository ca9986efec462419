/** Terraform's error blocks, or the last lines where it printed none. */
export function errorPart(output: string): string {
  const start = output.search(/^(╷|│ )?\s*Error: /m);
  return (start === -1 ? output.trimEnd().split('\n').slice(-15).join('\n') : output.slice(start))
    .trim()
    .slice(0, 4000);
}

/** `show -json` prints one document; warnings about the CLI's configuration may come before it. */
export function lastJson(output: string): unknown {
  const parsed: unknown = JSON.parse(output.slice(output.indexOf('{')));
  return parsed;
}
