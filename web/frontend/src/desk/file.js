/* One open file of the draft: saved by itself a moment after a change, never over somebody else's work. */

import { later } from './dom.js';

const PAUSE = 800;
const AGAIN = 5000;

export class OpenFile {
  /**
   * `write()` gives the content as text; `tell(state, detail)` hears *saved*, *changed*, *saving*, *refused*,
   * *offline* and *overtaken*; `overtaken(theirs)` asks the designer and gives `mine` or `theirs`.
   */
  constructor(api, path, { write, tell, overtaken, replace }) {
    Object.assign(this, { api, path, write, tell, overtaken, replace });
    this.revision = 0;
    this.dirty = false;
    this.busy = null;
    this.content = '';
    this.soon = later(() => this.save(), PAUSE);
    window.addEventListener('beforeunload', (event) => {
      if (this.dirty || this.busy) event.preventDefault();
    });
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden' && this.dirty) this.soon.now();
    });
  }

  async open() {
    const read = await this.api.file(this.path);
    this.take(read);
    this.tell('saved', read);
    return read.content;
  }

  take({ revision, content }) {
    this.revision = revision;
    this.content = content;
    this.dirty = false;
  }

  changed() {
    this.dirty = true;
    this.tell('changed');
    this.soon();
  }

  /** Saves what is there; changes made meanwhile are saved after it. */
  async save() {
    if (this.busy) return this.busy.then(() => this.dirty && this.save());
    this.busy = this.#save().finally(() => {
      this.busy = null;
    });
    return this.busy;
  }

  async #save() {
    const content = await this.write();
    this.dirty = false;
    if (content === this.content) return this.tell('saved', {});
    this.tell('saving');
    try {
      const saved = await this.api.save(this.path, content, this.revision);
      this.revision = saved.revision;
      this.content = content;
      if (!this.dirty) this.tell('saved', saved);
    } catch (problem) {
      this.dirty = true;
      if (problem.status === 409) return this.#overtaken(problem.answer.theirs);
      if (problem.status === 422 || problem.status === 413) return this.tell('refused', problem);
      this.tell('offline', problem);
      window.setTimeout(() => this.dirty && this.save(), AGAIN);
    }
    return undefined;
  }

  async #overtaken(theirs) {
    this.tell('overtaken', theirs);
    const chosen = await this.overtaken(theirs);
    this.revision = theirs.revision;
    if (chosen === 'theirs') {
      this.take(theirs);
      await this.replace(theirs.content);
      this.tell('saved', theirs);
    } else {
      this.content = theirs.content;
      this.soon();
    }
  }
}

/**
 * Undo and redo over the revisions the server keeps, for when the editor itself remembers nothing (after a
 * reload). Going back makes a new revision; which older one that shows is remembered for this tab, so that
 * going back once more goes further and not forth.
 */
export class Revisions {
  constructor(api, path) {
    this.api = api;
    this.path = path;
    this.key = `meldcode-ontwerp:${path}`;
  }

  #mark(current) {
    const kept = JSON.parse(window.sessionStorage.getItem(this.key) ?? 'null');
    return kept?.revision === current ? kept : { revision: current, shows: current, top: current };
  }

  /** The revision before (-1) or after (+1) what is shown now; null when there is none. */
  async find(current, direction) {
    const mark = this.#mark(current);
    const numbers = (await this.api.revisions(this.path)).map((one) => one.revision).sort((a, b) => a - b);
    const found =
      direction < 0
        ? numbers.filter((number) => number < mark.shows).at(-1)
        : numbers.find((number) => number > mark.shows && number <= mark.top);
    return found === undefined ? null : { ...(await this.api.file(this.path, found)), top: mark.top };
  }

  /** Revision `revision` shows what `shown.revision` held. */
  remember(revision, shown) {
    window.sessionStorage.setItem(this.key, JSON.stringify({ revision, shows: shown.revision, top: shown.top }));
  }
}
