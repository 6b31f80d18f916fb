/* What the desk asks of the server: files with their revisions, findings, who else is here. */

/** The server said no, or could not be reached (`status` 0). `answer` is what it said, as read from JSON. */
export class Refused extends Error {
  constructor(status, answer) {
    super(answer?.message ?? (status ? `De server antwoordt met ${status}.` : 'De server is niet bereikbaar.'));
    this.status = status;
    this.answer = answer;
  }
}

const SIGNED_OUT = { message: 'U bent niet meer ingelogd. Log in op een ander tabblad.' };
const SOMEBODY_ELSE = { message: 'Op een ander tabblad is iemand anders ingelogd. Log daar weer in met uw eigen naam.' };

export class Api {
  constructor(root) {
    this.base = root.dataset.base ?? '/ontwerp';
    this.csrf = root.dataset.csrf ?? '';
    this.who = root.dataset.who;
  }

  /** The address of a file below one of the desk's pages; a path keeps its slashes. */
  address(page, path) {
    return `${this.base}/${page}/${path.split('/').map(encodeURIComponent).join('/')}`;
  }

  async request(method, address, body, options = {}) {
    const answer = await this.#send(method, address, body, options);
    // signed out meanwhile: the sign-in page answers instead of the desk
    if (answer.redirected) throw new Refused(401, SIGNED_OUT);
    const read = answer.headers.get('Content-Type')?.includes('json') ? await answer.json() : null;
    if (answer.status === 400 && !read && !options.again) {
      // the token of this page is of a session that has ended; whoever signed in again has another one
      await this.#newToken();
      return this.request(method, address, body, { ...options, again: true });
    }
    if (!answer.ok) throw new Refused(answer.status, read);
    return read;
  }

  async #send(method, address, body, { signal } = {}) {
    const headers = { Accept: method ? 'application/json' : 'text/html' };
    if (method && method !== 'GET') headers['X-CSRFToken'] = this.csrf;
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    try {
      return await fetch(address, {
        method: method ?? 'GET',
        headers,
        signal,
        body: body === undefined ? undefined : JSON.stringify(body),
        credentials: 'same-origin',
      });
    } catch (problem) {
      if (problem.name === 'AbortError') throw problem;
      throw new Refused(0, null);
    }
  }

  /** Takes the token from this page as it would open now; for nobody but who opened it. */
  async #newToken() {
    const answer = await this.#send(null, window.location.pathname);
    if (answer.redirected) throw new Refused(401, SIGNED_OUT);
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('ontwerp');
    if (page?.dataset.who !== this.who) throw new Refused(403, SOMEBODY_ELSE);
    this.csrf = page.dataset.csrf;
  }

  file(path, revision) {
    const query = revision === undefined ? '' : `?revisie=${revision}`;
    return this.request('GET', this.address('bestand', path) + query);
  }

  save(path, content, basedOn) {
    return this.request('PUT', this.address('bestand', path), { content, based_on: basedOn });
  }

  async revisions(path) {
    const answer = await this.request('GET', `${this.address('bestand', path)}/revisies`);
    return Array.isArray(answer) ? answer : answer.revisions;
  }

  facts() {
    return this.request('GET', `${this.base}/gegevens`);
  }

  findings(path, content, signal) {
    return this.request('POST', `${this.base}/bevindingen`, { path, content }, { signal });
  }

  remarks(path) {
    return this.request('GET', this.address('opmerkingen/bij', path));
  }

  remark(path, element, text, key) {
    return this.request('POST', this.address('opmerkingen/bij', path), { element, text, key });
  }

  settle(remark) {
    return this.request('POST', `${this.base}/opmerkingen/${remark}/afgehandeld`, {});
  }

  here(path) {
    return this.request('POST', `${this.base}/aanwezig`, { path });
  }
}
