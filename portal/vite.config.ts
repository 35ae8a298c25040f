import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { minify } from 'terser';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

// One document at a time, so that each has one script of its own and waits for no second one:
// `vite build` makes the officer's pages, `vite build --mode invitee` the invitee's.
export default defineConfig(({ mode }) => ({
  base: './',
  publicDir: false,
  build: {
    target: 'esnext',
    outDir: 'dist',
    emptyOutDir: mode !== 'invitee',
    // Nothing inline: the content security policy would refuse it.
    assetsInlineLimit: 0,
    modulePreload: false,
    rolldownOptions: { input: resolve(import.meta.dirname, mode === 'invitee' ? 'accept.html' : 'index.html') },
  },
  plugins: [smaller(), compressed()],
  test: { include: ['tests/unit/**'] },
}));

/**
 * Takes off what the minifier leaves: indentation in templates, where a line break says as much, and some 1.5 % that
 * terser finds (functions that are called once, names by how often they occur).
 */
function smaller(): Plugin {
  return {
    name: 'smaller',
    apply: 'build',
    async generateBundle(_, bundle) {
      for (const each of Object.values(bundle)) {
        if (each.type !== 'chunk') continue;
        // Only text in back quotes has indentation by now.
        const code = each.code.replace(/\n\s+/g, '\n');
        each.code = (await minify(code, { module: true, ecma: 2020, compress: { passes: 3 } })).code!;
      }
    },
  };
}

/** Writes `.br` and `.gz` beside every text, for the function to send as they are. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    closeBundle() {
      for (const entry of readdirSync('dist', { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        if (!/\.(html|js|css|svg)$/.test(path)) continue;
        const text = readFileSync(path);
        writeFileSync(`${path}.gz`, gzipSync(text, { level: 9 }));
        writeFileSync(`${path}.br`, brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
      }
    },
  };
}
