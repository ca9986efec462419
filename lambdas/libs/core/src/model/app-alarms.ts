import type { App } from './app';

/** Of an app's own alarms; the end of each one's name. */
export const ALARM_KINDS = ['5xx', 'p95'] as const;
export type AlarmKind = (typeof ALARM_KINDS)[number];

/** What the operator asks of every version; without a figure there is no alarm on it. */
export interface RollbackFigures {
  /** Percent of a version's answers that may be errors of its own. */
  readonly fiveXxPercent?: number;
  /** Seconds within which 95 of 100 answers have to begin. */
  readonly p95Seconds?: number;
  /** In a period: one with fewer is not judged. */
  readonly minimumRequests: number;
  readonly periodSeconds: number;
  /** One after the other that have to be over a figure. */
  readonly periods: number;
}

/** An alarm of an app's own, as it is to be. */
export interface AppAlarm extends Pick<RollbackFigures, 'minimumRequests' | 'periodSeconds' | 'periods'> {
  readonly name: string;
  readonly kind: AlarmKind;
  readonly threshold: number;
}

/** One that stands in CloudWatch. */
export interface SeenAlarm {
  readonly name: string;
  /** It watches this app's target group, by the figures as they are. */
  readonly isAsAsked: boolean;
}

/** All names that an app's own alarms may have. */
export function alarmNamesOf(environment: string, app: string): readonly string[] {
  return ALARM_KINDS.map((kind) => nameOf(environment, app, kind));
}

/** Those that an app is to have. A preview has none: nobody is hurt by it, and each would cost as much as an app's. */
export function alarmsOf(
  environment: string,
  { app, previewOf }: Pick<App, 'app' | 'previewOf'>,
  { fiveXxPercent, p95Seconds, ...rest }: RollbackFigures,
): readonly AppAlarm[] {
  if (previewOf !== undefined) return [];
  const figures: Readonly<Record<AlarmKind, number | undefined>> = { '5xx': fiveXxPercent, p95: p95Seconds };
  return ALARM_KINDS.flatMap((kind) => {
    const threshold = figures[kind];
    return threshold === undefined ? [] : [{ name: nameOf(environment, app, kind), kind, threshold, ...rest }];
  });
}

/** What is so when it goes off: the end of a sentence. */
export function describeAlarm({ kind, threshold }: Pick<AppAlarm, 'kind' | 'threshold'>): string {
  if (kind === '5xx') return `more than ${threshold} % of its answers were errors (5xx)`;
  return `more than 5 % of its answers took longer than ${threshold} s`;
}

/** Another app's name never ends in it: no app's name begins with a dash or has two of them but a preview's. */
const nameOf = (environment: string, app: string, kind: AlarmKind): string => `${environment}-app-${app}-${kind}`;
