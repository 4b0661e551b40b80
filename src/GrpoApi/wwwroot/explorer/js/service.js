// The service's operations. Addresses are relative to the page, so that they hold below any path of a proxy.
import { signal } from './view.js';

/** An API key, kept for this tab only; asked for when the service answers 401. */
export const apiKey = signal(sessionStorage.getItem('api-key') ?? '');
export const keyWanted = signal(false);

export function setApiKey(key) {
  sessionStorage.setItem('api-key', key);
  apiKey.value = key;
  keyWanted.value = false;
}

/** What went wrong, in words for the place where it happened. */
export class ServiceProblem extends Error {
  constructor(title, { detail = '', errors = [], status = 0, retryAfter = null } = {}) {
    super([title, detail].filter(Boolean).join(' '));
    Object.assign(this, { title, detail, errors, status, retryAfter });
  }
}

/** The JSON answer; a ServiceProblem otherwise. */
export async function call(method, path, body, { cancel } = {}) {
  const response = await send(method, path, body, cancel);
  if (response.ok) return response.status === 204 ? null : response.json();
  throw await problemOf(response);
}

/** The answer's lines, each JSON. */
export async function callForLines(path) {
  const response = await send('GET', path, undefined, undefined, 'application/x-ndjson');
  if (!response.ok) throw await problemOf(response);
  return (await response.text()).split('\n').filter(Boolean).map(line => JSON.parse(line));
}

async function send(method, path, body, cancel, accept = 'application/json') {
  const headers = { Accept: accept };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (apiKey.value) headers['X-Api-Key'] = apiKey.value;
  try {
    return await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal: cancel });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new ServiceProblem('The service does not answer.', { detail: 'Is it still running? What you typed is kept.' });
  }
}

async function problemOf(response) {
  const problem = await response.json().catch(() => ({}));
  const retryAfter = Number(response.headers.get('Retry-After')) || null;
  if (response.status === 401) keyWanted.value = true;
  const errors = Object.entries(problem.errors ?? {}).flatMap(([path, messages]) => messages.map(message => `${path}: ${message}`));
  const title = problem.title ?? `The service answered ${response.status}.`;
  const detail = response.status === 503 && retryAfter ? `${problem.detail ?? ''} Try again in ${retryAfter} s.`.trim() : problem.detail ?? '';
  return new ServiceProblem(title.endsWith('.') ? title : `${title}.`, { detail, errors, status: response.status, retryAfter });
}

/** The operations that this service has, "post /v1/rollouts" and so on; null until asked and while unknown. */
export const operations = signal(null);

export async function discover() {
  try {
    const document = await call('GET', 'openapi/v1.json');
    operations.value = new Set(Object.entries(document.paths).flatMap(([path, item]) => Object.keys(item).map(method => `${method} ${path}`)));
  } catch {
    operations.value = null;
  }
}
