import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';

interface Props {
  readonly days: readonly (readonly [day: string, minutes: number])[];
}

const HEIGHT = 180;

/** Minutes of machines by day. The same figures follow as a table, for who does not see the drawing. */
export function Chart({ days }: Props) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const dark = matchMedia('(prefers-color-scheme: dark)');
    let plot: uPlot | undefined;
    const draw = (): void => {
      plot?.destroy();
      plot = new uPlot(optionsOf(element), dataOf(days), element);
    };
    const resize = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height: HEIGHT }));
    draw();
    resize.observe(element);
    dark.addEventListener('change', draw);
    return () => {
      dark.removeEventListener('change', draw);
      resize.disconnect();
      plot?.destroy();
    };
  }, [days]);
  return (
    <figure>
      <figcaption>Minutes of machines by day</figcaption>
      <div ref={place} class="chart" aria-hidden="true" />
      <details>
        <summary>The same as a list</summary>
        <ul>
          {days.map(([day, minutes]) => (
            <li key={day}>
              {day}: {minutes} min
            </li>
          ))}
        </ul>
      </details>
    </figure>
  );
}

function dataOf(days: Props['days']): uPlot.AlignedData {
  return [days.map(([day]) => Date.parse(day) / 1_000), days.map(([, minutes]) => minutes)];
}

function optionsOf(element: HTMLElement): uPlot.Options {
  const styles = getComputedStyle(element);
  const color = (name: string): string => styles.getPropertyValue(name).trim();
  const bars = uPlot.paths.bars?.({ size: [0.7, 40] });
  const axis = { stroke: color('--text'), grid: { stroke: color('--line') }, ticks: { stroke: color('--line') } };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    // Days are of UTC.
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), 'UTC'),
    series: [{}, { fill: color('--accent'), stroke: color('--accent'), ...(bars && { paths: bars }) }],
    scales: { y: { range: (_plot, _low, high) => [0, Math.max(1, high)] } },
    axes: [{ ...axis, values: '{D}', space: 30 }, axis],
  };
}
