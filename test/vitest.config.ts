import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    pool: 'forks',
    // Tests of the doors start processes, servers and browsers: one that comes too late on a busy machine is tried once more in CI, which says
    // so. What is wrong in itself fails twice.
    retry: process.env.CI ? 1 : 0,
  },
})
