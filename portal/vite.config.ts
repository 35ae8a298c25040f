import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
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
  plugins: [unindented(), compressed()],
  test: { include: ['tests/unit/**'] },
}));

/** Takes the indentation out of templates: only text in back quotes has any left by then, and there a line break says as much. */
function unindented(): Plugin {
  return {
    name: 'unindented',
    apply: 'build',
    generateBundle(_, bundle) {
      for (const each of Object.values(bundle))
        if (each.type === 'chunk') each.code = each.code.replace(/\n\s+/g, '\n');
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
