/** The limit over all tenants, and a lower one between two times; where there is one. */
export interface FleetPlan {
  readonly total: number;
  readonly lower: number;
  readonly from: number;
  readonly until: number;
}

/** Enough for the work, if nobody hoards. */
export function planFleet(slots: number, arrivals: number): FleetPlan {
  const total = Math.max(2, Math.ceil(slots * 0.7));
  return { total, lower: Math.ceil(total / 2), from: arrivals / 3, until: (2 * arrivals) / 3 };
}
