// Light, dark, or as the system says.
import { html, live, signal } from './view.js';
import { Segments } from './fields.js';

const THEMES = [['auto', 'Auto', 'As the system says'], ['light', 'Light'], ['dark', 'Dark']];
const theme = signal(THEMES.some(([name]) => name === localStorage.getItem('theme')) ? localStorage.getItem('theme') : 'auto');

function choose(name) {
  theme.value = name;
  localStorage.setItem('theme', name);
  apply();
}

export function apply() {
  document.documentElement.dataset.theme = theme.value;
}

export const Theme = live(() => html`<${Segments} label="Colours" value=${theme.value} choices=${THEMES} onChoose=${choose} />`);
