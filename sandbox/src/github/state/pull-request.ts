/** Numbers are one row for each repository: that which it is to be merged into. */
export interface PullRequest {
  readonly id: number;
  readonly number: number;
  readonly repositoryId: number;
  readonly title: string;
  readonly head: {
    /** Of whose repository it is. */
    readonly accountId: number;
    /** Absent once that repository is gone. */
    readonly repositoryId?: number;
    readonly ref: string;
    readonly sha: string;
  };
  readonly base: { readonly ref: string; readonly sha: string };
  readonly state: 'open' | 'closed';
  readonly mergedAt?: number;
  readonly mergedAs?: string;
  readonly closedAt?: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}
