import { useSignal } from '@preact/signals';
import { tokenIn } from '../model/entry';
import { closed, enter } from '../state';

/** What is there to see for who has no way in yet. */
export function WayIn() {
  const pasted = useSignal('');
  const submit = (): void => {
    const token = tokenIn(pasted.value);
    if (token === undefined) closed.value = 'That is neither a link to this page nor a token.';
    else void enter(token);
  };
  return (
    <main>
      <h1>Runners</h1>
      <p>
        A link opens this page for fifteen minutes; your operator makes one with <code>mtr open --tenant</code>.
        Operators come in with <code>mtr open</code>.
      </p>
      {closed.value !== undefined && (
        <p class="problem" role="alert">
          {closed}
        </p>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <label for="token">A link, or a token of your organisation's login</label>
        <input
          id="token"
          type="password"
          autocomplete="off"
          value={pasted}
          onInput={(event) => (pasted.value = event.currentTarget.value)}
        />
        <button type="submit">Open</button>
      </form>
    </main>
  );
}
