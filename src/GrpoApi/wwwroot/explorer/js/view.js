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
}, { rootMargin: '200px' });

/** A live component, for pictures, that follows only while it is in view. */
export const inView = view => class extends Live {
  view(props) {
    return view(props);
  }

  componentDidMount() {
    this.watched = this.base instanceof Element ? this.base : null;
    if (!this.watched) return;
    watched.set(this.watched, this);
    watcher.observe(this.watched);
  }

  changed() {
    if (this.away) this.late = true;
    else super.changed();
  }

  cameIntoView(inside) {
    this.away = !inside;
    if (inside && this.late) super.changed();
    this.late &&= !inside;
  }

  componentWillUnmount() {
    super.componentWillUnmount();
    if (!this.watched) return;
    watched.delete(this.watched);
    watcher.unobserve(this.watched);
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
