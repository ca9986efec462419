import { useSignal } from '@preact/signals';
import { parseJobName, whyView, type WhyView } from '../model/why';
import { Refusal, type Client } from '../client';
import { about, sentenceOf, type Session } from '../state';
import { useEffect } from 'preact/hooks';

export function Why({ session: { me, client } }: { session: Session }) {
  const job = useSignal(about.value ?? '');
  const tenant = useSignal('');
  const problem = useSignal<string | undefined>(undefined);
  const found = useSignal<WhyView | undefined>(undefined);
  const isOperator = me.installation_id === undefined;
  const ask = async (): Promise<void> => {
    const name = parseJobName(job.value);
    found.value = undefined;
    problem.value = name.ok ? undefined : name.problem;
    if (!name.ok) return;
    try {
      const installation = me.installation_id ?? (await findTenant(tenant.value.trim() || name.owner, client));
      const [why, facts] = await Promise.all([
        client.why(installation, name.jobId),
        client.job(installation, name.jobId),
      ]);
      found.value = whyView(why, facts, new Date());
    } catch (error) {
      problem.value = sentenceOf(error);
    }
  };
  useEffect(() => {
    if (job.value !== '') void ask();
  }, [client]);
  return (
    <>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void ask();
        }}
      >
        <label for="job">Address of the job's page at GitHub, or its id</label>
        <input
          id="job"
          autocomplete="off"
          spellcheck={false}
          value={job}
          onInput={(event) => (job.value = event.currentTarget.value)}
        />
        {isOperator && (
          <>
            <label for="tenant">Tenant, where only an id is given: its login or installation id</label>
            <input
              id="tenant"
              autocomplete="off"
              spellcheck={false}
              value={tenant}
              onInput={(event) => (tenant.value = event.currentTarget.value)}
            />
          </>
        )}
        <button type="submit">Ask why</button>
      </form>
      <div role="status">
        {problem.value !== undefined && <p class="problem">{problem}</p>}
        {found.value !== undefined && <Answer {...found.value} />}
      </div>
    </>
  );
}

function Answer({ sentence, facts, timeline }: WhyView) {
  return (
    <>
      <p class="sentence">{sentence}</p>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <h3>Timeline (UTC)</h3>
      <ol class="timeline">
        {timeline.map(({ what, at, after }) => (
          <li key={what}>
            <time dateTime={`${at.replace(' ', 'T')}Z`}>{at}</time> {what} <span class="quiet">{after}</span>
          </li>
        ))}
      </ol>
    </>
  );
}

async function findTenant(name: string | undefined, client: Client): Promise<number> {
  if (name === undefined) throw new Refusal(404, 'Whose job is it? Give its address, or the tenant beside the id.');
  const found = /^[1-9]\d{0,15}$/.test(name) ? Number(name) : await client.findTenant(name);
  if (found !== undefined) return found;
  throw new Refusal(404, `There is no tenant ${name}; logins are spelled as at GitHub.`);
}
