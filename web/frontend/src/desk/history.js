/* Undo and redo for an editor: first what it remembers itself, then the revisions that the server keeps. */

import { button } from './dom.js';

/**
 * `stack()` gives the editor's own memory (`canUndo`, `undo`, `canRedo`, `redo`), or null; `draw(content)` shows
 * a revision; `again()` is called after one. Gives `{undo, redo, tools}`, with the two buttons in `tools`.
 */
export function history({ stack, draw, file, revisions, again }) {
  const back = async (direction) => {
    await file.busy;
    if (file.dirty) await file.soon.now();
    const found = await revisions.find(file.revision, direction);
    if (!found) return false;
    await draw(found.content);
    file.changed();
    await file.soon.now();
    revisions.remember(file.revision, found);
    again();
    return true;
  };
  const undo = () => (stack()?.canUndo() ? stack().undo() : back(-1));
  const redo = () => (stack()?.canRedo() ? stack().redo() : back(1));
  window.addEventListener(
    'keydown',
    (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      if (event.target.closest('input, textarea, select, [contenteditable]')) return;
      const key = event.key.toLowerCase();
      if (key !== 'z' && key !== 'y') return;
      event.preventDefault();
      event.stopPropagation();
      if (key === 'y' || event.shiftKey) redo();
      else undo();
    },
    true,
  );
  const tools = [
    button('Ongedaan maken', undo, { kind: 'subtle', id: 'ongedaan' }),
    button('Opnieuw', redo, { kind: 'subtle', id: 'opnieuw' }),
  ];
  return { undo, redo, tools };
}
