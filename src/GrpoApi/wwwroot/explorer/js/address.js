// The state of the page is its address (behind #, so that it is not sent anywhere): a link shows the same page to somebody else.
import { effect, signal } from './view.js';

const kept = [];
const given = new Map(location.hash.slice(1).split('&').filter(Boolean).map(part => {
  const at = part.indexOf('=');
  return at < 0 ? [part, ''] : [part.slice(0, at), decode(part.slice(at + 1))];
}));

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const readable = text => encodeURIComponent(text).replace(/%2C/g, ',').replace(/%3B/g, ';').replace(/%3A/g, ':');

/** A signal that is part of the address under `key` while it differs from `initial`. */
export function inAddress(key, initial, { write = String, parse = text => text } = {}) {
  const state = signal(initial);
  if (given.has(key)) {
    const value = parse(given.get(key));
    if (value !== undefined) state.value = value;
  }
  kept.push({ key, state, write, initial: write(initial) });
  return state;
}

export const asNumber = { parse: text => (Number.isFinite(Number(text)) ? Number(text) : undefined) };
export const asFlag = { write: value => (value ? '1' : '0'), parse: text => text === '1' };

/** The address of the page as it is. */
export const address = () => {
  const parts = kept.filter(({ state, write, initial }) => write(state.value) !== initial).map(({ key, state, write }) => `${key}=${readable(write(state.value))}`);
  return location.pathname + location.search + (parts.length ? `#${parts.join('&')}` : '');
};

/** Keeps the address up to date; browsers allow some hundred changes a minute, hence the pause. */
export function keepAddress() {
  let timer = 0;
  effect(() => {
    for (const { state } of kept) state.value;
    clearTimeout(timer);
    timer = setTimeout(() => history.replaceState(null, '', address()), 250);
  });
  // Somebody pastes another state into the address bar.
  addEventListener('hashchange', () => location.reload());
}
