import {
  APP_FILE,
  MINUTE,
  describeOver,
  isSameShape,
  parseAppFile,
  plus,
  shapeOf,
  type App,
  type AppFile,
  type AppSituation,
  type GitHubFailure,
} from '@multi-tenant-runner/core';
import { deploymentOf, done, end, move, stale, type ActDeps, type Acted } from './outcome';
import { askPreviews } from './ask-previews';
import { checkArchive } from './check-archive';
import { placeOf } from './place';

/**
 * The commit's source, checked before anything unpacks it, and what it says of its app; then it lies in the bucket.
 * What the bucket has was checked.
 */
export async function fetchSource(situation: AppSituation, deps: ActDeps): Promise<Acted> {
  const { app } = situation;
  const { commit } = deploymentOf(situation);
  const fail = (reason: string): Promise<Acted> => end('fail', { reason }, situation, deps);
  const answer = await deps.github.archive(placeOf(app), commit, deps.archiveLimits.bytes);
  if (answer.kind === 'too-large') return fail(`The source archive is larger than ${deps.archiveLimits.bytes} bytes.`);
  if (answer.kind !== 'archive') return fetchLater(answer, fail, deps);
  const archive = checkArchive(answer.bytes, deps.archiveLimits);
  if (!archive.ok) return fail(archive.problem);
  const text = archive.read(APP_FILE);
  const file = text === undefined ? undefined : parseAppFile(text);
  if (file && !file.ok) return fail(`${APP_FILE}: ${file.problems.join('; ')}.`);
  const now = file === undefined ? app : await applyFile(app, file.value, deps);
  if (now === undefined) return stale(deps);
  if ('over' in now) return end('refuse', { reason: now.over }, situation, deps);
  // What this commit asks for is not tried with what runs, should the commit come to nothing.
  const isOther = now.live?.shape !== undefined && !isSameShape(now.live.shape, now);
  const noted = isOther ? await move('recordShape', { shape: shapeOf(now) }, situation, deps) : done({});
  if (noted.kind === 'rest') return noted;
  await deps.platform.putSource(app, commit, answer.bytes);
  return done({ ...noted.now, app: now, seen: { ...situation.seen, source: true } });
}

async function fetchLater(
  failure: GitHubFailure,
  fail: (reason: string) => Promise<Acted>,
  { clock }: ActDeps,
): Promise<Acted> {
  if (failure.kind === 'refused')
    return fail(`GitHub does not give the source (${failure.status}); the App needs to read contents.`);
  return { kind: 'rest', due: failure.kind === 'limited' ? failure.retryAt : plus(clock.now(), MINUTE) };
}

/** Undefined: another wrote the row meanwhile. */
async function applyFile(app: App, file: AppFile, deps: ActDeps): Promise<App | { readonly over: string } | undefined> {
  // A preview is one task, whatever the app is.
  const count = app.previewOf === undefined ? (file.count ?? app.count) : app.count;
  const size = { cpu: file.cpu ?? app.cpu, memory: file.memory ?? app.memory, count };
  const isSameSize = size.cpu === app.cpu && size.memory === app.memory && size.count === app.count;
  const resized = isSameSize
    ? { kind: 'resized' as const, app }
    : await deps.apps.resize(app, size, deps.context.quota);
  if (resized.kind === 'over') return { over: describeOver(resized.what, deps.context.quota) };
  if (resized.kind === 'changed') return undefined;
  const { directory, port, healthPath } = file;
  const preview = app.previewOf === undefined ? file.preview : undefined;
  const said = Object.entries({ directory, port, healthPath, preview }).filter(
    ([field, value]) => value !== undefined && value !== app[field as 'port'],
  );
  if (said.length === 0) return resized.app;
  const outcome = await deps.apps.change(resized.app, Object.fromEntries(said), deps.clock.now());
  if (outcome.ok && preview === false) await askPreviews(outcome.row, deps);
  return outcome.ok ? outcome.row : undefined;
}
