import { useSignal } from '@preact/signals';
import type { Client } from '../client';
import type { TenantFigures } from '../model/facts';
import {
  minutesByDay,
  months,
  toCsv,
  usageBySize,
  usageByTenant,
  waitRows,
  type CsvRow,
  type UsageRow,
} from '../model/usage';
import { about, type Session } from '../state';
import { Chart } from './chart';
import { Facts, useFacts } from './loading';
import { Table, type Column } from './table';

const FIGURES: readonly Column<UsageRow>[] = [
  { name: 'Machines', cell: ({ machines }) => machines, isFigure: true },
  { name: 'Minutes', cell: ({ minutes }) => minutes, isFigure: true },
  {
    name: 'US dollars',
    cell: ({ usd, note }) => (
      <>
        {usd} {note !== undefined && <span class="quiet">({note})</span>}
      </>
    ),
    isFigure: true,
  },
];

export function Usage({ session: { me, client } }: { session: Session }) {
  const month = useSignal(months(new Date())[0] ?? '');
  const chosen = me.installation_id ?? (about.value === undefined ? undefined : Number(about.value));
  return (
    <>
      <form onSubmit={(event) => event.preventDefault()}>
        <label for="month">Month (UTC)</label>
        <select id="month" value={month} onChange={(event) => (month.value = event.currentTarget.value)}>
          {months(new Date()).map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </form>
      {chosen === undefined ? (
        <AllTenants client={client} month={month.value} />
      ) : (
        <OneTenant client={client} tenant={chosen} month={month.value} isOperator={me.installation_id === undefined} />
      )}
    </>
  );
}

/** More pages than this are for mtr. */
const PAGES = 20;

function AllTenants({ client, month }: { client: Client; month: string }) {
  const facts = useFacts(async () => {
    const sums: TenantFigures[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const page = await client.usages(month, cursor);
      sums.push(...page.rows);
      cursor = page.cursor;
      pages += 1;
    } while (cursor !== undefined && pages < PAGES);
    return { sums, isWhole: cursor === undefined };
  }, [client, month]);
  const tenant: Column<UsageRow> = { name: 'Tenant', cell: ({ key, name }) => <a href={`#/usage/${key}`}>{name}</a> };
  return (
    <Facts of={facts}>
      {({ sums, isWhole }) => (
        <>
          <Table
            caption={`Machines that ended in ${month}, by tenant`}
            columns={[tenant, ...FIGURES]}
            rows={usageByTenant(sums)}
            keyOf={({ key }) => key}
            none={`No machine ended in ${month}.`}
          />
          {!isWhole && <p>These are the first tenants; "mtr usage --month {month}" has all of them.</p>}
          <Download
            name={`usage-${month}.csv`}
            columns={['installation_id', 'org_name', ...CSV]}
            rows={sums.map((sum) => ({ ...sum }))}
          />
        </>
      )}
    </Facts>
  );
}

const CSV = ['size', 'machines', 'seconds', 'usd', 'unpriced'];

interface OneProps {
  readonly client: Client;
  readonly tenant: number;
  readonly month: string;
  readonly isOperator: boolean;
}

function OneTenant({ client, tenant, month, isOperator }: OneProps) {
  const facts = useFacts(async () => {
    const [usage, stats] = await Promise.all([client.usage(tenant, month), client.stats(tenant)]);
    return { usage, stats };
  }, [client, tenant, month]);
  return (
    <Facts of={facts}>
      {({ usage, stats }) => (
        <>
          {isOperator && (
            <p>
              Installation {tenant}. <a href="#/usage">All tenants</a>
            </p>
          )}
          <Table
            caption={`Machines that ended in ${month}, by size`}
            columns={[{ name: 'Size', cell: ({ name }) => name }, ...FIGURES]}
            rows={usageBySize(usage.sizes)}
            keyOf={({ key }) => key}
            none={`No machine ended in ${month}.`}
          />
          <Chart days={minutesByDay(month, usage.days)} />
          <Table
            caption="How long the last jobs waited: half of them, 95 and 99 percent of them at most so long"
            columns={[
              { name: 'Size', cell: ({ size }) => size },
              { name: 'What', cell: ({ what }) => what },
              { name: 'Jobs', cell: ({ jobs }) => jobs, isFigure: true },
              { name: 'p50', cell: ({ p50 }) => p50, isFigure: true },
              { name: 'p95', cell: ({ p95 }) => p95, isFigure: true },
              { name: 'p99', cell: ({ p99 }) => p99, isFigure: true },
            ]}
            rows={waitRows(stats)}
            keyOf={({ key }) => key}
            none="No job has run in the last 14 days."
          />
          <Download name={`usage-${tenant}-${month}.csv`} columns={CSV} rows={usage.sizes.map((sum) => ({ ...sum }))} />
        </>
      )}
    </Facts>
  );
}

interface DownloadProps {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly CsvRow[];
}

function Download({ name, columns, rows }: DownloadProps) {
  const download = (): void => {
    const address = URL.createObjectURL(new Blob([toCsv(columns, rows)], { type: 'text/csv' }));
    const link = document.createElement('a');
    link.href = address;
    link.download = name;
    link.click();
    URL.revokeObjectURL(address);
  };
  return (
    <button type="button" onClick={download} disabled={rows.length === 0}>
      Download as CSV
    </button>
  );
}
