/** The bookmarks of the nets below the events: where each goes on, in the table of the function that it belongs to. */
export const BOOKMARKS = {
  sweepOpen: 'sweep-open',
  sweepTable: 'sweep-table',
  failedDeliveries: 'recovery-failures',
  allDeliveries: 'recovery-deliveries',
  installations: 'recovery-installations',
} as const;

export type Net = keyof typeof BOOKMARKS;
