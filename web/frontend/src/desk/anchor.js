/* The element that an address names behind its #, shown once the editor is there and whenever it changes. */

/** `show(element)` hears the element; findings, remarks and stories link like this. */
export function follow(show) {
  const go = () => {
    let element = window.location.hash.slice(1);
    try {
      element = decodeURIComponent(element);
    } catch {
      return; // not written by us
    }
    if (element) show(element);
  };
  window.addEventListener('hashchange', go);
  go();
}
