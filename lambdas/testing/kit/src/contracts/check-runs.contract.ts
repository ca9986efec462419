import type { CheckRuns, CheckSubject, JobPlace } from '@multi-tenant-runner/core';

export interface CheckRunsUnderTest {
  readonly checkRuns: CheckRuns;
  /** Of a job on a commit that is there. */
  readonly place: JobPlace;
  readonly subject: CheckSubject;
  /** The same repository, as another installation would name it. */
  readonly elsewhere: JobPlace;
  /** What GitHub shows of a check. */
  show(checkId: number): { readonly status: string; readonly title: string | null };
}

const WAITS = { title: 'Job 7 waits.', summary: 'It starts later.' };

/** Checks at GitHub: made once, found again by the job they are of, and over for good once they are completed. */
export function checkRunsContract(make: () => Promise<CheckRunsUnderTest>): void {
  let under: CheckRunsUnderTest;
  beforeEach(async () => (under = await make()));
  const create = async (status: 'queued' | 'completed'): Promise<number> => {
    const made = await under.checkRuns.create(under.place, under.subject, { ...WAITS, status });
    if (made.kind !== 'created') throw new Error(`The check was not made: ${made.kind}`);
    return made.checkId;
  };

  it('goes on, says something else and is over', async () => {
    const { checkRuns, place, show } = under;
    const checkId = await create('queued');
    expect(show(checkId)).toEqual({ status: 'queued', title: WAITS.title });
    await expect(checkRuns.update(place, checkId, { ...WAITS, title: 'Job 7 waits on.' })).resolves.toEqual({
      kind: 'updated',
    });
    expect(show(checkId)).toEqual({ status: 'queued', title: 'Job 7 waits on.' });
    await checkRuns.update(place, checkId, { ...WAITS, title: 'Job 7 runs.', status: 'completed' });
    expect(show(checkId)).toEqual({ status: 'completed', title: 'Job 7 runs.' });
  });

  it('is over at once, and stays so when it says something else late', async () => {
    const checkId = await create('completed');
    await under.checkRuns.update(under.place, checkId, WAITS);
    expect(under.show(checkId).status).toBe('completed');
  });

  it('is found again by its job', async () => {
    const { checkRuns, place, subject } = under;
    await expect(checkRuns.find(place, subject)).resolves.toEqual({ kind: 'found' });
    const checkId = await create('queued');
    await expect(checkRuns.find(place, subject)).resolves.toEqual({ kind: 'found', checkId });
    const other = { ...subject, job: { ...subject.job, jobId: subject.job.jobId + 1 } };
    await expect(checkRuns.find(place, other)).resolves.toEqual({ kind: 'found' });
  });

  it('is nothing that another installation reaches', async () => {
    const { checkRuns, elsewhere, subject, show } = under;
    const checkId = await create('queued');
    await expect(checkRuns.update(elsewhere, checkId, { ...WAITS, status: 'completed' })).resolves.toEqual({
      kind: 'gone',
    });
    await expect(checkRuns.find(elsewhere, subject)).resolves.toEqual({ kind: 'found' });
    expect(show(checkId).status).toBe('queued');
  });
}
