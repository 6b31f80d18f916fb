/* What the desk asks of the server: files with their revisions, findings, who else is here. */

/** The server said no, or could not be reached (`status` 0). `answer` is what it said, as read from JSON. */
export class Refused extends Error {
  constructor(status, answer) {
    super(answer?.message ?? (status ? `De server antwoordt met ${status}.` : 'De server is niet bereikbaar.'));
    this.status = status;
    this.answer = answer;
  }
}

export class Api {
  constructor(root) {
    this.base = root.dataset.base ?? '/ontwerp';
    this.csrf = root.dataset.csrf ?? '';
  }

  /** The address of a file below one of the desk's pages; a path keeps its slashes. */
  address(page, path) {
    return `${this.base}/${page}/${path.split('/').map(encodeURIComponent).join('/')}`;
  }

  async request(method, address, body, { signal } = {}) {
    const headers = { Accept: 'application/json' };
    if (method !== 'GET') headers['X-CSRFToken'] = this.csrf;
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    let answer;
    try {
      answer = await fetch(address, {
        method,
        headers,
        signal,
        body: body === undefined ? undefined : JSON.stringify(body),
        credentials: 'same-origin',
      });
    } catch (problem) {
      if (problem.name === 'AbortError') throw problem;
      throw new Refused(0, null);
    }
    // signed out meanwhile: the sign-in page answers instead of the desk
    if (answer.redirected) throw new Refused(401, { message: 'U bent niet meer ingelogd. Log in op een ander tabblad.' });
    const read = answer.headers.get('Content-Type')?.includes('json') ? await answer.json() : null;
    if (!answer.ok) throw new Refused(answer.status, read);
    return read;
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

  remark(path, element, text) {
    return this.request('POST', this.address('opmerkingen/bij', path), { element, text });
  }

  settle(remark) {
    return this.request('POST', `${this.base}/opmerkingen/${remark}/afgehandeld`, {});
  }

  here(path) {
    return this.request('POST', `${this.base}/aanwezig`, { path });
  }
}
