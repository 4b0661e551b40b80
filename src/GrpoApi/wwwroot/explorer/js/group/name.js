// The name of an output, which chooses it.
import { html, still } from '../view.js';
import * as group from './state.js';

export const Name = still(({ index, selected }) => html`
  <th scope="row"><button type="button" class="name" aria-pressed=${selected ? 'true' : 'false'} onClick=${() => (group.selected.value = index)}>${group.outputName(index)}</button></th>`);
