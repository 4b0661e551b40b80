// Form fields: every one labelled, every error beside its field and tied to it.
import { html, still } from './view.js';

const idOf = label => `field-${label.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;

/** A slider and a number field for the same value; `text` is what was typed, kept as it is. */
export const Slider = still(({ label, hint, text, error, min, max, step, describe, onInput }) => {
  const id = idOf(label);
  const value = Number(text);
  const position = Number.isFinite(value) ? Math.min(Math.max(value, min), max) : min;
  return html`
    <div class="field slider">
      <label for=${id}>${label}</label>
      <input class="number" id="${id}-number" type="text" inputmode="decimal" autocomplete="off" aria-label="${label}, as a number" aria-invalid=${error ? 'true' : 'false'}
        aria-describedby=${error ? `${id}-error` : undefined} value=${text} onInput=${event => onInput(event.target.value)} />
      <input id=${id} type="range" min=${min} max=${max} step=${step} value=${position} aria-valuetext=${describe ? describe(value) : text}
        onInput=${event => onInput(event.target.value)} />
      ${hint && html`<p class="hint">${hint}</p>`}
      ${error && html`<p class="error" id="${id}-error">${error}</p>`}
    </div>`;
});

/** A choice from a list of [value, label]. */
export const Select = still(({ label, value, choices, hint, onChange }) => {
  const id = idOf(label);
  return html`
    <div class="field">
      <label for=${id}>${label}</label>
      <select id=${id} value=${value} onChange=${event => onChange(event.target.value)}>
        ${choices.map(([key, text]) => html`<option value=${key} selected=${key === value}>${text}</option>`)}
      </select>
      ${hint && html`<p class="hint">${hint}</p>`}
    </div>`;
});

/** Text or a number on a line. */
export const Field = still(({ label, text, error, hint, inputmode = 'text', wide, onInput }) => {
  const id = idOf(label);
  return html`
    <div class=${wide ? 'field wide' : 'field'}>
      <label for=${id}>${label}</label>
      <input id=${id} type="text" inputmode=${inputmode} autocomplete="off" value=${text} aria-invalid=${error ? 'true' : 'false'} aria-describedby=${error ? `${id}-error` : undefined}
        onInput=${event => onInput(event.target.value)} />
      ${hint && html`<p class="hint">${hint}</p>`}
      ${error && html`<p class="error" id="${id}-error">${error}</p>`}
    </div>`;
});

/** Buttons of which one is pressed. */
export const Segments = still(({ label, value, choices, onChoose }) => html`
  <div class="segments" role="group" aria-label=${label}>
    ${choices.map(([key, text, title]) => html`
      <button type="button" aria-pressed=${key === value ? 'true' : 'false'} title=${title} onClick=${() => onChoose(key)}>${text}</button>`)}
  </div>`);

/** What the service objected to, in place. */
export const Problem = ({ problem, retry }) => problem && html`
  <div class="problem" role="alert">
    <p><strong>${problem.title ?? 'Something went wrong.'}</strong> ${problem.detail ?? problem.message}</p>
    ${problem.errors?.length > 0 && html`<ul>${problem.errors.map(error => html`<li>${error}</li>`)}</ul>`}
    ${retry && html`<button type="button" onClick=${retry}>Try again</button>`}
  </div>`;

/** A table that scrolls sideways on a narrow screen, by keyboard too. */
export const Scroll = ({ label, children }) => html`<div class="scroll" role="region" aria-label=${label} tabindex="0">${children}</div>`;
