import { defineConfig } from 'vitest/config'

const PIPELINE = 'test/pipeline/**/*.test.ts'
/** They need Python and some minutes: `npm run test:cloud`. */
const CLOUD = 'test/cloud/**'

export default defineConfig({
  // Scenarios import Volley's own source, as the command line of a checkout has them do.
  ssr: { resolve: { conditions: ['volley-source', 'node', 'development|production'] } },
  test: {
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    setupFiles: 'test/plain-text.ts',
    projects: [
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: [PIPELINE, CLOUD],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        // Each starts several processes that need the cores to themselves.
        test: { name: 'pipeline', include: [PIPELINE], fileParallelism: false, sequence: { groupOrder: 1 } },
      },
    ],
  },
})
