import { object, parse, text, whole } from '../../lib/json';

/** Adds up the counts in CloudWatch's embedded format that log lines carry. */
export function countMetrics(lines: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const line of lines) {
    const start = line.indexOf('{');
    const entry = start < 0 ? undefined : object(parse(line.slice(start)));
    for (const name of metricNames(object(entry?.['_aws'])?.['CloudWatchMetrics'])) {
      const value = entry?.[name];
      const amount = Array.isArray(value) ? value.length : (whole(value) ?? 0);
      counts[name] = (counts[name] ?? 0) + amount;
    }
  }
  return counts;
}

function metricNames(directives: unknown): readonly string[] {
  if (!Array.isArray(directives)) return [];
  return directives.flatMap((directive) => {
    const metrics = object(directive)?.['Metrics'];
    return Array.isArray(metrics)
      ? metrics
          .map((metric) => object(metric))
          .filter((metric) => metric?.['Unit'] === 'Count')
          .map((metric) => text(metric?.['Name']))
          .filter((name) => name !== undefined)
      : [];
  });
}
