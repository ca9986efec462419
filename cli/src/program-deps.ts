import type { Answer } from './answer';
import type { Account } from './app/account';
import type { OperatorsApi } from './aws/api';
import type { NamespaceDeps } from './commands/namespaces';
import type { Target } from './connect';
import type { Fleet } from './fleet';
import type { Paint } from './output/colours';
import type { Progress } from './output/progress';
import type { ServedPage } from './page/serve-page';

export interface ProgramDeps {
  readonly version: string;
  readonly connect: (target: Target) => Promise<Fleet>;
  readonly connectAccount: (target: Omit<Target, 'prefix'>) => Promise<Account>;
  readonly fetch: typeof fetch;
  /** @param address where the API has one of its own */
  readonly openApi: (target: Target, address?: string) => Promise<OperatorsApi>;
  readonly servePage: (api: OperatorsApi, port?: number) => Promise<ServedPage>;
  /** Standard input: of an assistant, or a secret. */
  readonly lines: AsyncIterable<string>;
  readonly write: (text: string) => void;
  /** What an operator is to do meanwhile: not a part of the answer. */
  readonly tell: (line: string) => void;
  readonly isTerminal: boolean;
  /** For work that takes over a second. */
  readonly progress: Progress;
  readonly paint: Paint;
  readonly namespaces: NamespaceDeps;
  /** MTR_PREFIX, for who operates one installation. */
  readonly defaultPrefix?: string;
  /** MTR_API, the address of the operators' API. */
  readonly defaultApi?: string;
  /** MTR_NAMESPACES, the settings of the tenants' namespaces. */
  readonly defaultNamespaces?: string;
}

export type Answering = (run: (fleet: Fleet) => Promise<Answer>) => Promise<void>;

export interface Answers {
  readonly answer: Answering;
  /** Prints each answer as it comes. */
  readonly follow: (run: (fleet: Fleet) => AsyncIterable<Answer>) => Promise<void>;
}
