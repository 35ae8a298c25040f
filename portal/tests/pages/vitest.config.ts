import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: `${import.meta.dirname}/../..`,
  test: { include: ['tests/pages/*.test.mjs'], testTimeout: 30_000, hookTimeout: 30_000 },
});
