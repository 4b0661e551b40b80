// A diverging bar within a line of text or a table; the number beside it says the same.
import { html, still } from '../view.js';

export const Bar = still(({ value, most }) => html`
  <svg class="bar" viewBox="-50 0 100 10" preserveAspectRatio="none" aria-hidden="true">
    <line x1="0" x2="0" y1="0" y2="10" />
    ${value !== 0 && value != null && html`<rect class=${value > 0 ? 'up' : 'down'} x=${value > 0 ? 0 : (49 * value) / most} y="2" width=${(49 * Math.abs(value)) / most} height="6" />`}
  </svg>`);
