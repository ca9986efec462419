import type { Answer } from '../answer';
import { describeAge } from '../output/duration';
import type { Fleet } from '../fleet';

/** What a machine of each size would start from now: its image, and the runner that is pinned or in the image. */
export async function listImages({ images, clock }: Fleet): Promise<Answer> {
  const now = clock.now();
  return {
    kind: 'rows',
    columns: ['size', 'image', 'age', 'runner', 'pinned'],
    rows: (await images()).map(({ size, image, exists, createdAt, runnerVersion, pinnedVersion }) => ({
      size,
      image: exists ? image : `${image} (not there)`,
      age: createdAt === undefined ? undefined : describeAge(createdAt, now),
      runner: pinnedVersion ?? runnerVersion,
      pinned: pinnedVersion !== undefined,
    })),
    none: 'There are no sizes.',
  };
}
