import { circuitRows, deadLetterRows, limitRows, netRows, type HealthRow } from '../model/health';
import type { Client } from '../client';
import type { Session } from '../state';
import { Facts, useFacts } from './loading';
import { Table, type Column } from './table';

const EVERY_SECONDS = 30;

const COLUMNS: readonly Column<HealthRow>[] = [
  { name: 'What', cell: ({ what }) => what },
  { name: 'State', cell: ({ state, ok }) => <span class={ok ? 'ok' : 'problem'}>{`${ok ? '✓' : '✗'} ${state}`}</span> },
];

export function Health({ session: { me, client } }: { session: Session }) {
  const { installation_id: tenant } = me;
  return tenant === undefined ? <OfFleet client={client} /> : <OfTenant client={client} tenant={tenant} />;
}

function OfFleet({ client }: { client: Client }) {
  const facts = useFacts(
    async () => {
      const [nets, queues, { rows }] = await Promise.all([client.nets(), client.deadLetters(), client.overviews()]);
      return { nets, queues, tenants: rows };
    },
    [client],
    EVERY_SECONDS,
  );
  return (
    <Facts of={facts}>
      {({ nets, queues, tenants }) => (
        <>
          <Rows caption="Nets that catch what events miss" rows={netRows(nets)} none="There are none." />
          <Rows
            caption="Circuits that are open"
            rows={circuitRows(tenants)}
            none="No tenant with an open job has launches held back."
          />
          <Rows caption="Dead letters" rows={deadLetterRows(queues)} none="There are no dead-letter queues." />
        </>
      )}
    </Facts>
  );
}

function OfTenant({ client, tenant }: { client: Client; tenant: number }) {
  const facts = useFacts(() => client.limits(tenant), [client, tenant], EVERY_SECONDS);
  return (
    <Facts of={facts}>
      {(limits) => <Rows caption="Limits, and what is left of them" rows={limitRows(limits)} none="There are none." />}
    </Facts>
  );
}

function Rows(props: { caption: string; rows: readonly HealthRow[]; none: string }) {
  return (
    <section>
      <Table {...props} columns={COLUMNS} keyOf={({ key }) => key} />
    </section>
  );
}
