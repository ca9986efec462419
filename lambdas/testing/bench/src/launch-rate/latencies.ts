/** Milliseconds that each answer takes. */
export interface Latencies {
  readonly dynamoDb: number;
  readonly ssm: number;
  readonly runInstances: number;
  readonly gitHub: number;
}

/** `brief`: so short that the work between the calls shows. `realistic`: as AWS and GitHub answer on a good day. */
export const LATENCIES: Readonly<Record<'brief' | 'realistic', Latencies>> = {
  brief: { dynamoDb: 10, ssm: 10, runInstances: 150, gitHub: 120 },
  realistic: { dynamoDb: 10, ssm: 40, runInstances: 1_500, gitHub: 300 },
};
