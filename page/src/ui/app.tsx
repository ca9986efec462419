import { useEffect } from 'preact/hooks';
import { VIEWS, type View } from '../model/entry';
import { about, leave, session, view, type Session } from '../state';
import { Health } from './health';
import { Live } from './live';
import { Usage } from './usage';
import { WayIn } from './way-in';
import { Why } from './why';

const NAMES: Readonly<Record<View, string>> = { live: 'Live', why: 'Why', usage: 'Usage', health: 'Health' };
const PARTS = { live: Live, why: Why, usage: Usage, health: Health };

export function App() {
  const current = session.value;
  return current === undefined ? <WayIn /> : <Inside session={current} />;
}

function Inside({ session: current }: { session: Session }) {
  const name = NAMES[view.value];
  const Part = PARTS[view.value];
  const { role, installation_id: tenant } = current.me;
  useEffect(() => {
    document.title = `${name} – Runners`;
  }, [name]);
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>
        Skip to the content
      </a>
      <header>
        <nav aria-label="Views">
          {VIEWS.map((one) => (
            <a key={one} href={`#/${one}`} aria-current={one === view.value ? 'page' : undefined}>
              {NAMES[one]}
            </a>
          ))}
        </nav>
        <p>
          {tenant === undefined ? 'Operator' : `${role}, installation ${tenant}`}{' '}
          <button type="button" onClick={() => leave()}>
            Leave
          </button>
        </p>
      </header>
      <main id="main" tabIndex={-1}>
        <h1>{name}</h1>
        <Part key={`${view.value}/${about.value}`} session={current} />
      </main>
    </>
  );
}

/** Not by its address: that part of it is the view's. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}
