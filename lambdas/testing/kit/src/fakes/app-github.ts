import type {
  AppGitHub,
  BranchMove,
  GitHubDeployment,
  GitHubDeploymentState,
  GitHubFailure,
  PullRequest,
  WorkflowRun,
} from '@multi-tenant-runner/core';

interface Told {
  readonly id: number;
  readonly state: GitHubDeploymentState;
  readonly description: string;
  readonly url?: string;
}

/** GitHub as a deployment sees it. */
export interface InMemoryAppGitHub extends AppGitHub {
  /** Commits by branch. */
  readonly heads: Map<string, string>;
  /** Moves by branch; where `tellsMoves` is off GitHub knows nothing of them, as an older one of a customer's. */
  readonly moves: Map<string, BranchMove>;
  tellsMoves: boolean;
  /** How often the allowance was used: an answer that nothing has changed costs nothing. */
  spent: number;
  /** Archives by commit. */
  readonly archives: Map<string, Uint8Array>;
  readonly runs: { readonly title: string; readonly ref: string; run: WorkflowRun }[];
  readonly deployments: ({ readonly id: number } & GitHubDeployment)[];
  readonly pulls: Map<number, PullRequest>;
  /** Texts by commit and path. */
  readonly files: Map<string, string>;
  readonly told: Told[];
  /** What every call answers, while it is set. */
  failure?: GitHubFailure;
  /** Asked before and after each call; what it throws is a crash of the caller's. */
  crash?: (operation: string, when: 'before' | 'after') => void;
}

export function createInMemoryAppGitHub(): InMemoryAppGitHub {
  const during = <T>(operation: string, work: () => T): T | GitHubFailure => {
    github.crash?.(operation, 'before');
    const answer = github.failure ?? work();
    github.crash?.(operation, 'after');
    return answer;
  };
  const github: InMemoryAppGitHub = {
    heads: new Map(),
    moves: new Map(),
    tellsMoves: true,
    spent: 0,
    archives: new Map(),
    runs: [],
    deployments: [],
    pulls: new Map(),
    files: new Map(),
    told: [],
    head: async (_place, branch, known) =>
      during('head', () => {
        const commit = github.heads.get(branch);
        if (commit !== undefined && commit === known) return { kind: 'same' };
        github.spent += 1;
        return { kind: 'found', ...(commit !== undefined && { commit }) };
      }),
    lastMove: async (_place, branch) =>
      during('lastMove', () => {
        github.spent += 1;
        if (!github.tellsMoves) return { kind: 'refused', status: 404, message: 'Not Found' };
        const move = github.moves.get(branch);
        return { kind: 'found', ...(move && { move }) };
      }),
    archive: async (_place, commit, limit) =>
      during('archive', () => {
        const bytes = github.archives.get(commit);
        if (bytes === undefined) return { kind: 'refused', status: 404, message: 'Not Found' };
        return bytes.length > limit ? { kind: 'too-large' } : { kind: 'archive', bytes };
      }),
    dispatch: async (_place, { ref, inputs }) =>
      during('dispatch', () => {
        const id = github.runs.length + 1;
        github.runs.push({ title: `Deploy ${inputs['deployment']}`, ref, run: { id, status: 'queued' } });
        return { kind: 'asked' };
      }),
    findRun: async (_place, _workflow, text) =>
      during('findRun', () => {
        const found = github.runs.find(({ title }) => title.includes(text));
        return { kind: 'found', ...(found && { run: found.run }) };
      }),
    file: async (_place, commit, path) =>
      during('file', () => {
        const text = github.files.get(`${commit} ${path}`);
        return { kind: 'found', ...(text !== undefined && { text }) };
      }),
    pull: async (_place, number) =>
      during('pull', () => {
        const pull = github.pulls.get(number);
        return { kind: 'found', ...(pull && { pull }) };
      }),
    findDeployment: async (_place, { commit, environment }) =>
      during('findDeployment', () => {
        const found = github.deployments.findLast((one) => one.commit === commit && one.environment === environment);
        return { kind: 'found', ...(found && { id: found.id }) };
      }),
    createDeployment: async (_place, deployment) =>
      during('createDeployment', () => {
        const id = github.deployments.length + 1;
        github.deployments.push({ id, ...deployment });
        return { kind: 'created', id };
      }),
    tell: async (_place, id, status) =>
      during('tell', () => {
        github.told.push({ id, ...status });
        return { kind: 'told' };
      }),
  };
  return github;
}
