/** How calls of a tenant's callback went of late. */
export interface CallbackHealth {
  /** ISO 8601: since then no call has arrived. Absent: the last one did, or none was made. */
  readonly failingSince?: string;
  /** Why the last one failed that did: never an address, nor anything that the endpoint answered but its status. */
  readonly reason?: string;
  /** Events that were given up. Absent: none in the last two weeks. */
  readonly givenUp?: number;
  /** ISO 8601 */
  readonly givenUpAt?: string;
}

/** Forgets what nothing has been added to for two weeks, as long as the dead letters are kept. */
export interface CallbackHealthStore {
  get(installationId: number): Promise<CallbackHealth>;
  recordFailure(installationId: number, reason: string, now: Date): Promise<void>;
  recordGivenUp(installationId: number, reason: string, now: Date): Promise<void>;
  /** Ends what is failing; writes nothing where nothing is. */
  recordArrival(installationId: number): Promise<void>;
}
