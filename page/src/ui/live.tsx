import { useSignal } from '@preact/signals';
import type { Overview } from '../model/facts';
import { liveRow, liveSummary, type LiveRow } from '../model/live';
import { sentenceOf, type Session } from '../state';
import { Facts, useFacts } from './loading';
import { Table, type Column } from './table';

const EVERY_SECONDS = 10;

const COLUMNS: readonly Column<LiveRow>[] = [
  {
    name: 'Tenant',
    cell: ({ name, status }) => (
      <>
        {name} {status !== undefined && <span class="badge">{status}</span>}
      </>
    ),
  },
  {
    name: 'Runners',
    cell: ({ name, slots }) => (
      <span class="nowrap">
        <meter min={0} max={Math.max(1, slots.of)} value={slots.used} aria-label={`Runners of ${name} in use`} />{' '}
        {slots.text}
      </span>
    ),
  },
  { name: 'Running', cell: ({ running }) => running, isFigure: true },
  { name: 'Waiting', cell: ({ waiting }) => waiting, isFigure: true },
  { name: 'Oldest wait', cell: ({ oldest }) => oldest, isFigure: true },
  {
    name: 'Why',
    cell: ({ reasons, notes }) =>
      reasons.length + notes.length === 0 ? (
        '–'
      ) : (
        <ul>
          {reasons.map(({ jobs, because, ends }) => (
            <li key={because}>
              {jobs}, {because}. <span class="quiet">{ends}</span>
            </li>
          ))}
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      ),
  },
];

export function Live({ session: { me, client } }: { session: Session }) {
  const more = useSignal<readonly Overview[]>([]);
  const cursor = useSignal<string | undefined>(undefined);
  const facts = useFacts(
    async () => {
      if (me.installation_id !== undefined) return [await client.overview(me.installation_id)];
      const page = await client.overviews();
      if (more.value.length === 0) cursor.value = page.cursor;
      return page.rows;
    },
    [client],
    EVERY_SECONDS,
  );
  const problem = useSignal<string | undefined>(undefined);
  const showMore = async (): Promise<void> => {
    try {
      const page = await client.overviews(cursor.value);
      more.value = [...more.value, ...page.rows];
      cursor.value = page.cursor;
    } catch (error) {
      problem.value = sentenceOf(error);
    }
  };
  return (
    <Facts of={facts}>
      {(first) => {
        const tenants = [...first, ...more.value];
        return (
          <>
            <p role="status">{liveSummary(tenants, cursor.value !== undefined)}</p>
            <Table
              caption="What runs and what waits"
              columns={COLUMNS}
              rows={tenants.map((tenant) => liveRow(tenant, new Date()))}
              keyOf={({ id }) => id}
              none="Tenants appear here as soon as one of their jobs is in GitHub's queue."
            />
            {cursor.value !== undefined && (
              <button type="button" onClick={() => void showMore()}>
                More tenants
              </button>
            )}
            {problem.value !== undefined && <p role="alert">{problem}</p>}
          </>
        );
      }}
    </Facts>
  );
}
