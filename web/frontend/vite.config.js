import { createLogger, defineConfig } from 'vite';
import adoptedStyles from './tools/adopted-styles.js';
import gzipped from './tools/gzip.js';
import onlyUsed from './tools/only-used.js';
import printedFonts from './tools/printed-fonts.js';

// The blocks of the design system that the pages and the forms use. A class that has no effect on a page is
// most likely missing here.
const BLOCKS = [
  'nl-button',
  'nl-data-badge',
  'nl-skip-link',
  'utrecht-checkbox',
  'utrecht-data-list',
  'utrecht-form-field',
  'utrecht-form-field-description',
  'utrecht-form-field-error-message',
  'utrecht-form-fieldset',
  'utrecht-form-label',
  'utrecht-heading-1',
  'utrecht-heading-2',
  'utrecht-heading-3',
  'utrecht-heading-4',
  'utrecht-link',
  'utrecht-radio-button',
  'utrecht-select',
  'utrecht-textarea',
  'utrecht-textbox',
  'utrecht-unordered-list',
];

// The component library writes its @charset below its licences; that is its own affair and harmless.
const logger = createLogger();
const warnOnce = logger.warnOnce;
const warn = logger.warn;
const isCharset = (text) => text.includes('@charset must precede');
logger.warn = (text, options) => isCharset(text) || warn(text, options);
logger.warnOnce = (text, options) => isCharset(text) || warnOnce(text, options);

export default defineConfig({
  customLogger: logger,
  base: '/static/build/',
  publicDir: false,
  build: {
    outDir: '../static/build',
    emptyOutDir: true,
    manifest: 'manifest.json',
    assetsDir: '', // flat: /static/build/pages-1a2b3c.css
    assetsInlineLimit: 0, // data: addresses are refused by the pages' content security policy
    modulePreload: false,
    chunkSizeWarningLimit: 1600, // the editors are large; tests hold them to their bounds
    target: ['chrome111', 'firefox114', 'safari16.4'],
    rollupOptions: {
      input: {
        pages: 'src/pages.css',
        enhance: 'src/enhance.js',
        'desk-pages': 'src/desk-pages.css',
        'desk-papers': 'src/desk-papers.css',
        'desk-text': 'src/desk-text.js',
        'desk-text-styles': 'src/desk-text.css',
        'desk-proof': 'src/desk-proof.js',
        'desk-walk': 'src/desk-walk.js',
        // the designer's editors: no page of a colleague loads these
        'desk-diagram': 'src/desk/desk-diagram.js',
        'desk-diagram-styles': 'src/desk/desk-diagram.css',
        'desk-steps': 'src/desk/desk-steps.js',
        'desk-steps-styles': 'src/desk/desk-steps.css',
        'desk-table': 'src/desk/desk-table.js',
        'desk-table-styles': 'src/desk/desk-table.css',
        'desk-form': 'src/desk/desk-form.js',
        'desk-form-styles': 'src/desk/desk-form.css',
      },
    },
  },
  css: { postcss: { plugins: [onlyUsed(BLOCKS)] } },
  plugins: [
    adoptedStyles(),
    gzipped(),
    printedFonts(['latin', 'latin-ext'].flatMap((part) => [400, 700].map((weight) => `noto-sans-${part}-${weight}-normal`))),
  ],
});
