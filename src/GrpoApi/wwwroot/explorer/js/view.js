// preact, htm and signals, and the one class that joins them.
import { Component, h, options, render } from '../vendor/preact.js';
import htm from '../vendor/htm.js';
import { effect } from '../vendor/signals-core.js';

export { batch, computed, effect, signal, untracked } from '../vendor/signals-core.js';
export { render };
export const html = htm.bind(h);

// However many values change, the page is drawn once per frame.
options.debounceRendering = requestAnimationFrame;

/** A component that draws itself anew when a signal that it read, or a property, changes; its `view` replaces `render`. */
export class Live extends Component {
  shouldComponentUpdate(props, state) {
    return state !== this.state || differs(props, this.props);
  }

  render(props) {
    this.forget?.();
    let drawn;
    let first = true;
    this.forget = effect(() => {
      if (first) drawn = this.view(props);
      else this.changed();
      first = false;
    });
    return drawn;
  }

  changed() {
    this.setState({});
  }

  componentWillUnmount() {
    this.forget?.();
  }
}

/** A live component from a function of its properties. */
export const live = view => class extends Live {
  view(props) {
    return view(props);
  }
};

const watched = new Map();
const watcher = new IntersectionObserver(entries => {
  for (const { target, isIntersecting } of entries) watched.get(target)?.cameIntoView(isIntersecting);
}, { rootMargin: '50px' });

const REST_MS = 150;

/** A live component, for what takes time to draw: in view it follows at once, elsewhere when the hand rests, and is `aria-busy` until it has. */
export const inView = view => class extends Live {
  view(props) {
    return view(props);
  }

  componentDidMount() {
    this.watch();
  }

  componentDidUpdate() {
    if (!this.late) this.watched?.removeAttribute('aria-busy');
    this.watch();
  }

  watch() {
    const base = this.base instanceof Element ? this.base : null;
    if (base === this.watched) return;
    this.unwatch();
    this.watched = base;
    if (!base) return;
    watched.set(base, this);
    watcher.observe(base);
  }

  unwatch() {
    clearTimeout(this.late);
    [this.away, this.late] = [false, null];
    if (!this.watched) return;
    watched.delete(this.watched);
    watcher.unobserve(this.watched);
  }

  changed() {
    clearTimeout(this.late);
    this.late = this.away ? setTimeout(() => this.follow(), REST_MS) : null;
    if (this.late) this.watched.setAttribute('aria-busy', 'true');
    else super.changed();
  }

  follow() {
    this.late = null;
    super.changed();
  }

  cameIntoView(inside) {
    this.away = !inside;
    if (inside && this.late) this.changed();
  }

  componentWillUnmount() {
    super.componentWillUnmount();
    this.unwatch();
  }
};

/** A component that is drawn again only when a property changes. */
export const still = view => class extends Component {
  shouldComponentUpdate(props) {
    return differs(props, this.props);
  }

  render(props) {
    return view(props);
  }
};

function differs(one, other) {
  const keys = Object.keys(one);
  return keys.length !== Object.keys(other).length || keys.some(key => one[key] !== other[key]);
}
