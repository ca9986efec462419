/** Milliseconds that each answer takes. */
export interface Latencies {
  readonly dynamoDb: number;
  readonly ssm: number;
  readonly runInstances: number;
  /** Of all else that EC2 is asked, and of ECS, the load balancers and the like. */
  readonly ec2: number;
  readonly gitHub: number;
}

/** `brief`: so short that the work between the calls shows. `realistic`: as AWS and GitHub answer on a good day. */
export const LATENCIES: Readonly<Record<'brief' | 'realistic', Latencies>> = {
  brief: { dynamoDb: 10, ssm: 10, runInstances: 150, ec2: 10, gitHub: 120 },
  realistic: { dynamoDb: 10, ssm: 40, runInstances: 1_500, ec2: 100, gitHub: 300 },
};
