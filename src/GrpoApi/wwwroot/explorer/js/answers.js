// From the group to its numbers: the preview at once, the service's answer as soon as the hand rests.
import { computed, effect, signal, untracked } from './view.js';
import { advantages as previewAdvantages, coversAdvantages, coversLoss, loss as previewLoss } from './grpo.js';
import { call } from './service.js';

const PAUSE_MS = 120;

/**
 * The numbers of a group. `advantagesRequest` is a signal with the body of POST /v1/advantages, null while something typed cannot be used;
 * `lossRequest` makes the body of POST /v1/loss of the advantages.
 */
export function answersOf(advantagesRequest, lossRequest) {
  /** The settings and numbers that a shown answer belongs to. Equal text, equal inputs. */
  const inputs = computed(() => {
    const request = advantagesRequest.value;
    if (request === null) return null;
    return { request, text: JSON.stringify([request, lossRequest(request.groups[0].rewards.map(() => 1))]) };
  });

  const preview = computed(() => {
    const current = inputs.value;
    if (current === null || !coversAdvantages(current.request)) return null;
    const group = previewAdvantages(current.request).groups[0];
    const request = lossRequest(group.advantages);
    if (!coversLoss(request)) return null;
    return { source: 'preview', group, loss: previewLoss(request), request, advantagesRequest: current.request };
  });

  const served = signal(null);
  const problem = signal(null);
  let latest = null;

  /** What the page shows: the service's answer where there is one for these inputs, else the preview, else the last answer marked as stale. */
  const shown = computed(() => {
    const current = inputs.value;
    const answer = served.value;
    if (current !== null && answer?.text === current.text) latest = { ...answer, stale: false };
    else if (current !== null && preview.value) latest = { ...preview.value, stale: false };
    else if (latest) latest = { ...latest, stale: true };
    return latest;
  });

  /** Asks the service for the numbers of the current inputs. */
  async function ask(cancel) {
    const current = inputs.peek();
    if (current === null) return;
    const started = performance.now();
    try {
      const advantages = await call('POST', 'v1/advantages', current.request, { cancel });
      const group = advantages.groups[0];
      const request = untracked(() => lossRequest(group.advantages));
      const loss = await call('POST', 'v1/loss', request, { cancel });
      if (inputs.peek()?.text !== current.text) return;
      problem.value = null;
      served.value = { source: 'service', text: current.text, group, loss, request, advantagesRequest: current.request, took: performance.now() - started };
    } catch (error) {
      if (error.name !== 'AbortError') problem.value = error;
    }
  }

  function keepAsking() {
    let timer = 0;
    let running = null;
    effect(() => {
      inputs.value;
      clearTimeout(timer);
      running?.abort();
      running = new AbortController();
      const { signal: cancel } = running;
      timer = setTimeout(() => ask(cancel), PAUSE_MS);
    });
  }

  return { shown, problem, ask, keepAsking };
}
