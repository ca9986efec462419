import { DAY } from '@multi-tenant-runner/core';
import { defineCheck, failing, some, warning, type Check } from '../check';
import type { FleetFact, ImageFact, ReleaseFact } from '../facts';

/** Days after which an image is old: nothing in it is updated at boot. */
const OLD_IMAGE = 30;
/** Days that GitHub gives a runner to take a newer release: https://github.com/orgs/community/discussions/194762 */
const GRACE = 30;
/** Days before the end of that at which the doctor says so. */
const NOTICE = 10;

const REBUILD = 'Build the image again: images/README.md.';

export const IMAGE_CHECKS: readonly Check[] = [
  defineCheck({
    name: 'images',
    needs: ['images'],
    fine: 'Every size has an image.',
    judge: ({ images }) => {
      const gone = images.filter(({ exists }) => !exists);
      if (gone.length === 0) return undefined;
      const names = gone.map(({ image, size }) => `${image} (${size})`);
      return failing(`There is no image ${some(names)}.`, 'Set runner.image.');
    },
  }),
  defineCheck({
    name: 'image-age',
    needs: ['images'],
    fine: `Every image was made within the last ${OLD_IMAGE} days.`,
    judge: ({ images, now }) => {
      const old = images.filter(({ createdAt }) => createdAt !== undefined && daysSince(createdAt, now) > OLD_IMAGE);
      if (old.length === 0) return undefined;
      const names = old.map(
        ({ size, image, createdAt = '' }) => `${size} (${image}, ${daysSince(createdAt, now)} days)`,
      );
      return warning(`Images without the patches of a month: ${some(names)}.`, REBUILD);
    },
  }),
  defineCheck({
    name: 'runner-version',
    needs: ['images', 'fleet', 'releases'],
    fine: 'GitHub gives jobs to every version of its runner that is known to be in use.',
    judge: ({ images, fleet, releases, now }) => {
      const dated = usedVersions(images, fleet).map((use) => ({ ...use, left: daysLeft(use.version, releases, now) }));
      const late = dated.filter(({ left }) => left < NOTICE);
      if (late.length === 0) return undefined;
      const newest = newestOf(releases)?.version ?? 'unknown';
      const names = late.map(({ where, version, left }) => `${version} ${where} (${ends(left)})`);
      // A machine whose image has an old runner downloads the newest, unless one is pinned.
      const isRefused = late.some(({ isPinned, left }) => isPinned && left < 0);
      const says = `GitHub's runner is at ${newest}, and gives no jobs to one ${GRACE} days behind: ${some(names)}.`;
      return (isRefused ? failing : warning)(says, `Update runner.binaries, or: ${REBUILD}`);
    },
  }),
];

const daysSince = (iso: string, now: Date): number => Math.floor((now.getTime() - Date.parse(iso)) / DAY);
const ends = (left: number): string => (left < 0 ? `late by ${-left} days` : `${left} days left`);

interface Use {
  readonly version: string;
  readonly where: string;
  readonly isPinned: boolean;
}

/** Each once. Of a size with a pinned runner, the one in the image is never started. */
function usedVersions(images: readonly ImageFact[], { launches }: FleetFact): readonly Use[] {
  const ofSizes = images.flatMap(({ size, runnerVersion, pinnedVersion }): Use[] => {
    if (pinnedVersion !== undefined) return [{ version: pinnedVersion, where: `pinned for ${size}`, isPinned: true }];
    return runnerVersion === undefined
      ? []
      : [{ version: runnerVersion, where: `in the image of ${size}`, isPinned: false }];
  });
  const running = new Set(launches.flatMap(({ runnerVersion }) => runnerVersion ?? []));
  return [...ofSizes, ...[...running].map((version) => ({ version, where: 'on machines that run', isPinned: false }))];
}

/** Until GitHub gives it no more jobs: thirty days after the first release that followed it. */
function daysLeft(version: string, releases: readonly ReleaseFact[], now: Date): number {
  const newer = releases.filter((one) => compare(one.version, version) > 0);
  const first = newer.toSorted((one, other) => compare(one.version, other.version))[0];
  return first === undefined ? Number.POSITIVE_INFINITY : GRACE - daysSince(first.publishedAt, now);
}

function newestOf(releases: readonly ReleaseFact[]): ReleaseFact | undefined {
  return releases.toSorted((one, other) => compare(other.version, one.version))[0];
}

/** As numbers: 2.99.0 is before 2.100.0. */
function compare(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}
