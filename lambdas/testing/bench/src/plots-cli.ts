import { runBurst } from '@multi-tenant-runner/simulator/burst-load';
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

// `npm run plots`: the pictures of docs/cost.md and docs/scale.md.
const [folder = '.'] = process.argv.slice(2);
for (const [name, plot] of [
  ['idle-month', idlePlot()],
  ['burst', await burstPlot()],
] as const)
  writeFileSync(join(folder, `${name}.svg`), drawPlot(plot));
