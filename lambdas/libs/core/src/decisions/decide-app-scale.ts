import { describeGone, isAppGone, type App } from '../model/app';
import { problemsOfPort } from '../model/app-file';
import { problemsOfSize } from '../model/app-size';
import type { AppResizing } from '../ports';

/** What of an app a scaling may change. */
export type AppScale = Required<Pick<AppResizing, 'cpu' | 'memory' | 'count' | 'port'>>;

/** `invalid`: none of it is a size that there is. `refuse`: not of this app. */
export type AppScaleDecision =
  | { readonly kind: 'change'; readonly before: AppScale; readonly after: AppScale }
  | { readonly kind: 'invalid'; readonly problems: readonly string[] }
  | { readonly kind: 'refuse'; readonly sentence: string };

/** What an app's tasks are to be: as they are, but for what is asked. The quota is a matter of the write. Pure. */
export function decideAppScale(
  app: Pick<App, 'app' | 'state'> & AppScale,
  asked: { readonly [K in keyof AppScale]?: AppScale[K] | undefined },
): AppScaleDecision {
  const { cpu, memory, count, port } = app;
  const before = { cpu, memory, count, port };
  const after = {
    cpu: asked.cpu ?? cpu,
    memory: asked.memory ?? memory,
    count: asked.count ?? count,
    port: asked.port ?? port,
  };
  const problems = [...problemsOfSize(after), ...problemsOfPort(after.port)];
  if (problems.length > 0) return { kind: 'invalid', problems };
  if (isAppGone(app)) return { kind: 'refuse', sentence: describeGone(app) };
  return { kind: 'change', before, after };
}
