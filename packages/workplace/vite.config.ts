import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Our own packages do nothing when they are only imported, so what is not used falls away (fhir's unit tables, for one). */
const pure: Plugin = {
  name: 'ketenkluis-pure',
  enforce: 'pre',
  async resolveId(source, importer, options) {
    if (!source.startsWith('@ketenkluis/')) return null;
    const found = await this.resolve(source, importer, { ...options, skipSelf: true });
    return found === null ? null : { ...found, moduleSideEffects: false };
  },
};

/** `--mode fixture` builds the invented practice for the browser tests; the production build never sees `src/dev`. */
export default defineConfig(({ mode }) => ({
  root: import.meta.dirname,
  base: './',
  plugins: [pure, react()],
  build: {
    outDir: mode === 'fixture' ? '../../.cache/workplace-fixture' : 'dist',
    emptyOutDir: true,
    target: 'es2024',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      input: join(import.meta.dirname, mode === 'fixture' ? 'dev.html' : 'index.html'),
      // What the door needs is one file; what screens have in common is few: a sign-in that asks for 150 files waits for each.
      output: {
        chunkFileNames: ({ name }) => `assets/${name.split('~')[0]}-[hash].js`,
        assetFileNames: ({ names: [name = ''] }) => `assets/${name.replace(/(~.*)?\.\w+$/, '')}-[hash][extname]`,
        codeSplitting: {
          groups: [
            // Not the program and its page: it awaits pieces that stand on what is in here, and would wait for itself.
            { name: 'start', tags: ['$initial'], test: /(?<!\/main\.tsx|\.html)$/, priority: 2 },
            { name: 'shared', minShareCount: 2, entriesAware: true, entriesAwareMergeThreshold: 48_000, priority: 1 },
          ],
        },
      },
    },
  },
}));
