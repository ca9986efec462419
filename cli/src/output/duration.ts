/** `45s`, `12m`, `3h 5m`, `2d 4h`: how long ago, or until when, an ISO 8601 time is. */
export function describeAge(iso: string | undefined, now: Date): string | undefined {
  if (iso === undefined) return undefined;
  const milliseconds = now.getTime() - Date.parse(iso);
  return Number.isNaN(milliseconds) ? undefined : describeDuration(Math.abs(milliseconds));
}

function describeDuration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return joined(`${hours}h`, minutes % 60, 'm');
  return joined(`${Math.floor(hours / 24)}d`, hours % 24, 'h');
}

function joined(first: string, rest: number, unit: string): string {
  return rest === 0 ? first : `${first} ${rest}${unit}`;
}
