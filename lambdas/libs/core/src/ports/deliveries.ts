/** Whose events; undefined: events that name no installation. */
export interface DeliveryBook {
  readonly installationId?: number;
}

export interface DeliveryTurn extends DeliveryBook {
  /** Since when the tenant has waited for its turn. ISO 8601. */
  readonly since: string;
  /** Whether an event of the installation is among its events. */
  readonly first: boolean;
}

export interface PendingDelivery {
  readonly guid: string;
  readonly attemptId: string;
  readonly event: string;
  readonly installationId?: number;
  /** When GitHub made the attempt that was noted. */
  readonly failedAt: string;
  /** Asks that were made, or may have been. */
  readonly asked: number;
  readonly dueAt: string;
}

/** Whether an event changes what an installation is; `installation_repositories` does not, and may come in hundreds. */
export function isOfInstallation({ event }: Pick<PendingDelivery, 'event'>): boolean {
  return event === 'installation' || event === 'installation_target';
}
