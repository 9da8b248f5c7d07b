import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

/** From the floor up: a room imports from itself and from rooms above it in this list, types too. */
const ROOMS = [
  'lib/core/secrets',
  'lib/core/base',
  'lib/core/protocol',
  'lib/core/metrics',
  'lib/core/schedule',
  'lib/core/scenario',
  'lib/core/plan',
  'lib/core/results',
  'lib/core/run',
  'lib/core/price',
  'lib/package',
  'lib/ports.ts',
  'lib/adapters/net',
  'functions/runtime',
  'lib/adapters',
  'lib/run/store',
  'lib/user-code',
  'lib/scenario',
  'lib/target',
  'functions/generator/time',
  'functions/generator/contract',
  'functions/generator/http',
  'functions/generator/net',
  'lib/planning',
  'functions/generator/metering',
  'functions/generator/http1',
  'functions/generator/http2',
  'functions/generator/undici',
  'functions/generator/cookies',
  'functions/generator/http-client',
  'functions/generator/messages',
  'functions/generator/stream',
  'functions/generator/rpc',
  'functions/generator/user',
  'functions/generator/load',
  'functions/generator',
  'aggregator/sums',
  'aggregator/merge',
  'aggregator/summary',
  'aggregator/report/model',
  'aggregator/judge',
  'aggregator/report/html',
  'aggregator/report/text',
  'aggregator/report/data',
  'aggregator/report',
  'aggregator/live',
  'lib/run',
  'lib/cli/terminal',
  'lib/cli',
  'aggregator',
  'functions',
  'lib/infra',
  'lib/local-cloud',
  'lib',
  'scenarios',
  'bin',
] as const

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*['"](\.[^'"]+)['"]/g
const MAX_FLAT = 20

const files = execFileSync(
  'git',
  ['ls-files', ...new Set(ROOMS.map((room) => room.split('/')[0] as string))],
  {
    encoding: 'utf8',
  },
)
  .split('\n')
  .filter((file) => /\.(ts|js|mjs)$/.test(file))

const imports = new Map(
  files.map((file) => [
    file,
    [...readFileSync(file, 'utf8').matchAll(IMPORT)].map(([, path = '']) => join(dirname(file), path)),
  ]),
)

/** Place of a file's room in the list: that of the longest path it stands in. */
function levelOf(file: string): number {
  const room = ROOMS.filter((name) => file === name || file.startsWith(`${name}/`)).reduce(
    (longest, name) => (name.length > longest.length ? name : longest),
    '',
  )
  return ROOMS.indexOf(room as (typeof ROOMS)[number])
}

describe('the rooms', () => {
  it('hold every source file', () => {
    expect(files.filter((file) => levelOf(file) === -1)).toEqual([])
  })

  it('import only from rooms above them in the list', () => {
    const upstream = [...imports].flatMap(([file, targets]) =>
      targets
        .filter((target) => levelOf(target) > levelOf(file))
        .map((target) => `${file} imports ${target}`),
    )
    expect(upstream).toEqual([])
  })

  it('have no circle of files', () => {
    expect(circlesIn(imports)).toEqual([])
  })

  it(`have at most ${MAX_FLAT} files side by side`, () => {
    const counts = Map.groupBy(files, dirname)
    expect([...counts].filter(([, { length }]) => length > MAX_FLAT).map(([folder]) => folder)).toEqual([])
  })
})

/** Strongly connected components of more than one file (Tarjan 1972). */
function circlesIn(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>()
  const low = new Map<string, number>()
  const stack: string[] = []
  const circles: string[][] = []
  const visit = (file: string): void => {
    order.set(file, order.size)
    low.set(file, order.get(file) as number)
    stack.push(file)
    for (const target of graph.get(file) ?? []) {
      if (!order.has(target)) visit(target)
      if (stack.includes(target)) low.set(file, Math.min(low.get(file) as number, low.get(target) as number))
    }
    if (low.get(file) !== order.get(file)) return
    const circle = stack.splice(stack.indexOf(file))
    if (circle.length > 1) circles.push(circle.sort())
  }
  for (const file of graph.keys()) if (!order.has(file)) visit(file)
  return circles
}
