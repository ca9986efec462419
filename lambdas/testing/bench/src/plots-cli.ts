import { runBurst } from '@multi-tenant-runner/simulator/burst-load';
import { recoverFromOutage } from '@multi-tenant-runner/simulator/outage-load';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { idlePlot } from './idle-month';
import { drawPlot, type Plot } from './plot';

const AT_ONCE = [10, 25, 50, 100, 200];

async function burstPlot(): Promise<Plot> {
  const line = async (name: string, loadOf: (jobs: number) => { tenants: number; jobs: number }) => {
    const points: [number, number][] = [];
    for (const jobs of AT_ONCE) {
      const { waits } = await runBurst(loadOf(jobs));
      points.push([jobs, waits[Math.floor(0.95 * waits.length)] ?? 0]);
      console.log(`${name}: ${jobs} at once, p95 ${points.at(-1)?.[1].toFixed(1)} s`);
    }
    return { name, points };
  };
  return {
    title: 'Until EC2 is asked for the machine, 95 of 100 jobs',
    x: 'jobs queued at once',
    y: 'seconds',
    series: [
      await line('of a tenant each', (jobs) => ({ tenants: jobs, jobs: 1 })),
      await line('of one tenant', (jobs) => ({ tenants: 1, jobs })),
    ],
  };
}

/** An hour at a million jobs a day. */
const OUTAGE = { minutes: 60, jobs: 41_667 };
const MINUTES = 60;
/** Minutes that are shown, and between two points. */
const SHOWN = 140;
const STEP = 10;

async function outagePlot(): Promise<Plot> {
  const line = async (tenants: number) => {
    const { waits, jobs } = await recoverFromOutage({ ...OUTAGE, tenants });
    const points = Array.from({ length: SHOWN / STEP + 1 }, (_, step): [number, number] => [
      step * STEP,
      (jobs - waits.filter((wait) => wait <= step * STEP * MINUTES).length) / 1_000,
    ]);
    console.log(
      `outage of ${tenants} tenants: the last job after ${((waits.at(-1) ?? 0) / MINUTES).toFixed(0)} minutes`,
    );
    return { name: `${tenants.toLocaleString('en')} tenants`, points };
  };
  return {
    title: 'Jobs still unheard of after an hour without a webhook',
    x: 'minutes since its end',
    y: 'thousand jobs',
    series: [await line(1_000), await line(10_000)],
  };
}

// `npm run plots`: the pictures of docs/cost.md, docs/limits.md and docs/scale.md.
const [folder = '.'] = process.argv.slice(2);
for (const [name, plot] of [
  ['idle-month', idlePlot()],
  ['burst', await burstPlot()],
  ['outage', await outagePlot()],
] as const)
  writeFileSync(join(folder, `${name}.svg`), drawPlot(plot));
