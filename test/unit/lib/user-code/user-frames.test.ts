import { describe, expect, it } from 'vitest'
import { frameReader, stackOf } from '../../../../lib/user-code/user-frames.ts'

const VOLLEY = new URL('../../../../', import.meta.url)
const own = (path: string): string => new URL(path, VOLLEY).href

function stack(...frames: string[]): string {
  return ['TypeError: vu.gett is not a function', ...frames.map((frame) => `    at ${frame}`)].join('\n')
}

describe('the lines of a stack that are shown', () => {
  it('are those of the user, relative to the folder of the scenario', () => {
    const read = frameReader('file:///home/ann/load/shop.ts')
    const frames = read(
      stack(
        'priceOf (file:///home/ann/load/parts/cart.ts:4:11)',
        'file:///home/ann/load/shop.ts:12:7',
        'async Object.run (file:///home/ann/shared/log.ts:2:1)',
        `GeneratorUser.step (${own('functions/generator/user/virtual-user.ts')}:120:9)`,
        'process.processTicksAndRejections (node:internal/process/task_queues:105:5)',
        'get (file:///home/ann/load/node_modules/lodash/get.js:1:1)',
        'Array.map (<anonymous>)',
        'eval (eval at run (file:///home/ann/load/shop.ts:1:1), <anonymous>:1:1)',
      ),
    )
    expect(frames).toEqual([
      { place: 'parts/cart.ts:4:11', function: 'priceOf' },
      { place: 'shop.ts:12:7' },
      { place: '../shared/log.ts:2:1', function: 'run' },
    ])
  })

  it('are not those of Volley where the scenario lies above it, and are those of its own suites', () => {
    const above = frameReader(new URL('mine.ts', VOLLEY).href)
    const lines = stack(
      `run (${own('mine.ts')}:3:5)`,
      `settled (${own('functions/generator/load/iteration.ts')}:9:9)`,
      `open (${own('lib/run/run.ts')}:1:1)`,
    )
    expect(above(lines)).toEqual([{ place: 'mine.ts:3:5', function: 'run' }])
    const suite = frameReader(own('scenarios/codepal/scenario.ts'))
    expect(suite(stack(`login (${own('scenarios/codepal/flows.ts')}:8:3)`))).toEqual([
      { place: 'flows.ts:8:3', function: 'login' },
    ])
  })

  it('understand plain paths, paths with blanks and what follows a question mark', () => {
    const read = frameReader('file:///home/ann/my%20load/shop.ts')
    expect(
      read(stack('/home/ann/my load/a.cjs:1:2', 'f (file:///home/ann/my%20load/shop.ts?v=2:3:4)')),
    ).toEqual([{ place: 'a.cjs:1:2' }, { place: 'shop.ts:3:4', function: 'f' }])
  })

  it('are told by the names of their files where the scenario is not known yet', () => {
    const read = frameReader(undefined)
    const lines = stack(
      'file:///load/parts/a.ts:1:1',
      `login (${own('scenarios/codepal/flows.ts')}:8:3)`,
      `run (${own('lib/run/run.ts')}:1:1)`,
    )
    expect(read(lines)).toEqual([{ place: 'a.ts:1:1' }, { place: 'flows.ts:8:3', function: 'login' }])
  })

  it('are eight at most', () => {
    const read = frameReader('file:///load/shop.ts')
    expect(read(stack(...Array(20).fill('f (file:///load/shop.ts:1:1)')))).toHaveLength(8)
  })

  it('are none of what is no error or has no stack in words', () => {
    const silent = Object.defineProperty(new Error('silent'), 'stack', {
      get: () => {
        throw new Error('no stack here')
      },
    })
    const odd = Object.assign(new Error('odd'), { stack: 42 })
    expect(['text', undefined, odd, silent].map(stackOf)).toEqual(['', '', '', ''])
  })
})
