/**
 * What Node is told where a generator starts, here and on Lambda. Its own choice of how much room young objects get goes by the
 * machine's memory: where that is large, ten thousand users take twice the memory and are served no better.
 */
export const GENERATOR_FLAGS: readonly string[] = ['--max-semi-space-size=16']
