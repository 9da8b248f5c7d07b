import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/cloud/**/*.test.ts'],
    globalSetup: 'test/cloud/global-setup.ts',
    // All of them share one cloud and two cores.
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    setupFiles: 'test/plain-text.ts',
  },
})
