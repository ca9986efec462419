/** Secrets Manager's labels of a secret's versions: https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html */
export type SecretStage = 'AWSCURRENT' | 'AWSPENDING' | 'AWSPREVIOUS';

export interface SecretVersion {
  readonly value: string;
  readonly createdAt: Date;
}

/** Secrets of Secrets Manager, each by its ARN. */
export interface SecretVersions {
  /** Undefined: there is no such secret, or none of its versions has the label. */
  read(arn: string, stage: SecretStage): Promise<SecretVersion | undefined>;
}
