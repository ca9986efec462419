import type { TenantSurvey } from '../model/survey';

export interface DeadLetters {
  readonly queue: string;
  readonly messages: number;
  /** Messages can be moved back. */
  readonly hasSource: boolean;
}

export interface DeadLetterQueues {
  list(): Promise<readonly DeadLetters[]>;
  /** Starts to move everything back to where it came from. */
  redrive(queue: string): Promise<void>;
}

/** The triggers of scale-up. Off, jobs wait in their queues for up to four days. */
export interface LaunchTriggers {
  /** Answers how many there are. */
  setEnabled(enabled: boolean): Promise<number>;
}

/** Looks for what there is of a tenant, by the function that has the rights to. */
export interface TenantSurveyor {
  survey(installationId: number): Promise<TenantSurvey>;
}
