/** Credentials of AWS for fifteen minutes. */
export interface PushCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** ISO 8601. */
  readonly expiresAt: string;
}

export interface PushCredentialSource {
  /** For one repository and nothing else. @param session who has them, for CloudTrail */
  forRepository(repository: string, session: string): Promise<PushCredentials>;
}

/** A delivery as its sender made it: the signature is of the bytes. */
export interface RawDelivery {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly sourceIp: string;
}

/** The function that GitHub's deliveries go to; it alone knows the secret that they are signed with. */
export interface WebhookEntry {
  deliver(delivery: RawDelivery): Promise<{ readonly status: number; readonly said: string }>;
}
