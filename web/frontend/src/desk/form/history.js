/* The schema being edited, and what it was: snapshots are small, and a snapshot cannot be half undone. */

export class Snapshots {
  constructor() {
    this.past = [];
    this.future = [];
    this.text = '';
  }

  read(text) {
    const schema = JSON.parse(text);
    if (!Array.isArray(schema?.components)) throw new Error('Dit is geen formulier: er staat geen lijst met vragen in.');
    Object.assign(this, { schema, text, past: [], future: [] });
  }

  /** As form-js and our own files write it. */
  write() {
    return this.#dirty ? `${JSON.stringify(this.schema, null, 2)}\n` : this.text;
  }

  get #dirty() {
    return JSON.stringify(JSON.parse(this.text)) !== JSON.stringify(this.schema);
  }

  /** Runs `change(schema)`; what was before can come back. */
  change(change) {
    const before = JSON.stringify(this.schema);
    change(this.schema);
    if (JSON.stringify(this.schema) === before) return false;
    this.past.push(before);
    this.future = [];
    return true;
  }

  canUndo() {
    return this.past.length > 0;
  }

  canRedo() {
    return this.future.length > 0;
  }

  undo() {
    this.future.push(JSON.stringify(this.schema));
    this.schema = JSON.parse(this.past.pop());
    this.moved();
  }

  redo() {
    this.past.push(JSON.stringify(this.schema));
    this.schema = JSON.parse(this.future.pop());
    this.moved();
  }

  moved() {}
}
