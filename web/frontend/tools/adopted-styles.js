/**
 * Vite plugin: lets CodeMirror's styles be adopted by the page instead of written into a `<style>`.
 *
 * style-mod adopts a sheet only inside shadow roots and otherwise writes a `<style>`, which the pages' content
 * security policy refuses. Every browser we build for can adopt sheets in a document too. When the line is not
 * there any more the build stops, because the editors would then lose their styles without a word.
 */

const FILE = /\/style-mod\/(src|dist)\/style-mod\.(c?js)$/;
const BEFORE = '!root.head && root.adoptedStyleSheets';
const AFTER = 'root.adoptedStyleSheets';

export default function adoptedStyles() {
  return {
    name: 'adopted-styles',
    transform(code, id) {
      if (!FILE.test(id.replace(/\?.*$/, ''))) return null;
      if (code.split(BEFORE).length !== 2) this.error(`style-mod has changed: \`${BEFORE}\` is not in ${id} once`);
      return { code: code.replace(BEFORE, AFTER), map: null };
    },
  };
}
