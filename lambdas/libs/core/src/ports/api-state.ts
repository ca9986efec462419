/** What the API keeps between requests, for all of its containers. */
export interface ApiState {
  /** Made at the first call, the same ever after: signs cursors. */
  key(): Promise<string>;
  /** Counts one more use of a bucket in the minute that `now` is in. Answers how many there are with it. */
  count(bucket: string, now: Date): Promise<number>;
  /** Reserves a key of idempotency, or says what stands there. */
  begin(key: string, fingerprint: string, now: Date): Promise<Reservation>;
  /** Keeps the answer under a reserved key for a day. */
  finish(key: string, answer: string, now: Date): Promise<void>;
  /** Gives a reservation up: the request changed nothing. */
  release(key: string): Promise<void>;
}

/** `busy`: the same request is being handled. `other`: the key was used with another request. */
export type Reservation =
  | { readonly kind: 'reserved' | 'busy' | 'other' }
  | { readonly kind: 'done'; readonly answer: string };
