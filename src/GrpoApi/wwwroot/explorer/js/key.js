// Where the service wants an API key, the page asks for one.
import { html, live, signal } from './view.js';
import { keyWanted, setApiKey } from './service.js';
import { address } from './address.js';

const typed = signal('');
function submit(event) {
  event.preventDefault();
  setApiKey(typed.value.trim());
  // Everything that was refused is asked again; the address brings the state back.
  history.replaceState(null, '', address());
  location.reload();
}

export const Key = live(() => keyWanted.value && html`
  <form class="problem" onSubmit=${submit}>
    <label for="api-key">This service asks for an API key. It is kept for this tab only.</label>
    <div class="actions"><input id="api-key" type="password" autocomplete="off" value=${typed.value} onInput=${event => (typed.value = event.target.value)} /><button type="submit" class="primary">Use this key</button></div>
  </form>`);
