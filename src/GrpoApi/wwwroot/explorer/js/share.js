// The same request from a terminal or a program, and the way back in.
import { computed, html, live, signal } from './view.js';
import { address } from './address.js';
import { shown } from './group/answers.js';
import { load } from './load.js';

const said = signal('');
const problem = signal(null);

async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    said.value = `${what} is in the clipboard.`;
  } catch {
    said.value = `The browser did not allow to copy ${what}. Select it in the text below instead.`;
  }
}

const origin = () => new URL('.', document.baseURI).href.replace(/\/$/, '');
const shellQuoted = text => `'${text.replaceAll("'", `'\\''`)}'`;

export function asCurl(request) {
  return `curl -s ${origin()}/v1/loss -H 'Content-Type: application/json' -d ${shellQuoted(JSON.stringify(request))}`;
}

export function asPython(request) {
  // Within Python: true, false and null have other names.
  const literal = JSON.stringify(request, null, 2).replace(/(?<=: )(true|false|null)\b/g, word => ({ true: 'True', false: 'False', null: 'None' })[word]);
  return `import json
import urllib.request

request = ${literal}

call = urllib.request.Request(
    "${origin()}/v1/loss",
    data=json.dumps(request).encode(),
    headers={"Content-Type": "application/json"},
)
answer = json.load(urllib.request.urlopen(call))
print("loss", answer["loss"])
for sequence in answer["sequences"]:
    print(sequence["grad_logprobs"])
`;
}

const pasted = signal('');
const loadPasted = () => {
  try {
    said.value = load(pasted.value);
    problem.value = null;
  } catch (error) {
    problem.value = error.message;
  }
};
async function loadFile(event) {
  const [file] = event.target.files;
  if (!file) return;
  pasted.value = await file.text();
  loadPasted();
  event.target.value = '';
}

// Written out only while it is looked at: while a slider moves, it would be written out for every frame.
const opened = signal(false);
const toggle = event => (opened.value = event.currentTarget.open);
const ready = computed(() => shown.value !== null);
const copyCurl = () => copy(asCurl(shown.peek().request), 'The curl command');
const copyPython = () => copy(asPython(shown.peek().request), 'The Python program');

export const Share = live(() => {
  const request = opened.value ? shown.value?.request : null;
  return html`
    <div class="actions">
      <button type="button" onClick=${() => copy(new URL(address(), location.href).href, 'The link to this page as it is')}>Copy link</button>
      <button type="button" disabled=${!ready.value} onClick=${copyCurl}>Copy as curl</button>
      <button type="button" disabled=${!ready.value} onClick=${copyPython}>Copy as Python</button>
    </div>
    <p class="hint" role="status">${said.value}</p>
    <details class="code" open=${opened.value} onToggle=${toggle}><summary>Show the request and the answer</summary>${opened.value && html`
      <h3>As curl</h3><pre tabindex="0" data-code="curl">${request && asCurl(request)}</pre>
      <h3>As Python</h3><pre tabindex="0" data-code="python">${request && asPython(request)}</pre>
      <h3>The answer of the service</h3><pre tabindex="0">${shown.value && JSON.stringify(shown.value.loss, null, 1)}</pre>`}
    </details>
    <div class="field wide">
      <label for="load-json">Load JSON: a request of /v1/loss or /v1/advantages, or an answer of /v1/rollouts</label>
      <textarea id="load-json" rows="4" spellcheck="false" value=${pasted.value} onInput=${event => (pasted.value = event.target.value)}></textarea>
    </div>
    <div class="actions">
      <button type="button" onClick=${loadPasted} disabled=${pasted.value.trim() === ''}>Load JSON</button>
      <label class="file">or a file <input type="file" accept="application/json,.json" onChange=${loadFile} /></label>
    </div>
    ${problem.value && html`<p class="error" role="alert">${problem.value}</p>`}`;
});
