import { describe, expect, it } from 'vitest'
import { ShownLines } from '../../../../lib/cli/terminal/shown-lines.ts'
import { PrintedLines } from '../../../../lib/user-code/printed-lines.ts'
import { frameReader } from '../../../../lib/user-code/user-frames.ts'

/** A console and streams of their own, taken over, and everything that was heard of them. */
function taken({ passOn = false } = {}) {
  const native: string[] = []
  const method =
    (name: string) =>
    (...values: unknown[]): void =>
      void native.push(`${name} ${values.join(' ')}`)
  const console = {
    ...{ log: method('log'), info: method('info'), warn: method('warn') },
    ...{ error: method('error'), debug: method('debug') },
  }
  const stream = { write: (chunk: string | Uint8Array) => native.push(`write ${chunk}`) > 0 }
  const time = { nowMs: 0 }
  const printed = new PrintedLines({
    ...{ console, passOn, now: () => time.nowMs },
    streams: { stdout: stream as unknown as NodeJS.WriteStream },
  })
  const heard: string[] = []
  const places: (string | undefined)[] = []
  const framesOf = frameReader(undefined)
  const stop = printed.listen({
    onLine({ level, text, stack }) {
      heard.push(`${level}: ${text}`)
      places.push(framesOf(stack)[0]?.place)
    },
    onLeftOut: (count) => void heard.push(`${count} left out`),
  })
  return {
    console,
    stream: stream as unknown as NodeJS.WriteStream,
    printed,
    heard,
    places,
    native,
    time,
    stop,
  }
}

describe('what code of a scenario prints', () => {
  it('is heard by its level, written as the console writes it, with the line that printed it', () => {
    const { console, heard, places, native } = taken()
    console.log('user %d', 7, { id: 1 })
    console.error(new Map([['a', 1]]))
    expect(heard).toEqual(['log: user 7 { id: 1 }', "error: Map(1) { 'a' => 1 }"])
    expect(places).toEqual(Array(2).fill(expect.stringMatching(/^printed-lines\.test\.ts:\d+:\d+$/)))
    expect(native).toEqual([])
  })

  it('is heard from streams line by line, and the end without a line break when it is flushed', () => {
    const { stream, printed, heard } = taken()
    stream.write('one\ntw')
    stream.write(new TextEncoder().encode('o\nth'))
    expect(heard).toEqual(['stdout: one', 'stdout: two'])
    printed.flush()
    expect(heard).toEqual(['stdout: one', 'stdout: two', 'stdout: th'])
  })

  it('calls back whoever waits for a write', async () => {
    const { stream } = taken()
    await new Promise<void>((resolve) => stream.write('x\n', 'utf8', () => resolve()))
    await new Promise<void>((resolve) => stream.write('x\n', () => resolve()))
  })

  it('is heard 50 times a second, and the rest is counted', () => {
    const { console, heard, time, printed } = taken()
    for (let i = 0; i < 1_254; i++) console.log(i)
    expect(heard).toHaveLength(50)
    time.nowMs = 1_000
    console.log('later')
    expect(heard.slice(50)).toEqual(['1204 left out', 'log: later'])
    for (let i = 0; i < 60; i++) console.log(i)
    printed.flush()
    expect(heard.at(-1)).toBe('11 left out')
  })

  it('is not even written out where nobody will see it', () => {
    const { console } = taken()
    for (let i = 0; i < 50; i++) console.log('')
    let looked = 0
    console.log({
      [Symbol.for('nodejs.util.inspect.custom')]: () => {
        looked++
        return ''
      },
    })
    expect(looked).toBe(0)
  })

  it('is cut to 4,000 characters', () => {
    const { console, stream, heard } = taken()
    console.log('x'.repeat(10_000))
    stream.write('y'.repeat(10_000))
    expect(heard.map((line) => line.length)).toEqual(['log: '.length + 4_000, 'stdout: '.length + 4_000])
  })

  it('is printed as ever besides where that is wanted, also what is left out', () => {
    const { console, native, heard } = taken({ passOn: true })
    for (let i = 0; i < 60; i++) console.warn('w', i)
    expect(native).toHaveLength(60)
    expect(heard).toHaveLength(50)
  })

  it('is no longer heard by who has stopped listening, and goes its old way when it is released', () => {
    const { console, stream, printed, heard, native, stop } = taken()
    stop()
    console.log('unheard')
    printed.release()
    console.log('again')
    stream.write('again')
    expect([heard, native]).toEqual([[], ['log again', 'write again']])
  })
})

describe('the lines that a terminal shows of it', () => {
  function shown() {
    const said: string[] = []
    const time = { nowMs: 0 }
    const lines = new ShownLines({ color: false, say: (text) => void said.push(text) }, () => time.nowMs)
    return { lines, said, time }
  }

  it('each say where they come from', () => {
    const { lines, said } = shown()
    lines.show('{\n  a: 1\n}', ['generator 0', 'shop.ts:3:7'])
    lines.showLeftOut(1_204, ['generator 1'])
    expect(said).toEqual([
      'generator 0, shop.ts:3:7: {',
      'generator 0, shop.ts:3:7:   a: 1',
      'generator 0, shop.ts:3:7: }',
      'generator 1: … 1,204 lines left out',
    ])
  })

  it('hold no secrets, and nothing that would change the terminal', () => {
    const { lines, said } = shown()
    lines.show('got {"access_token":"abc"}\u001b[2J\u001b[31m red\u0007\r\u202e')
    expect(said).toEqual(['got {"access_token":"***"} red'])
  })

  it('are 200 a second', () => {
    const { lines, said, time } = shown()
    for (let i = 0; i < 100; i++) lines.show('line')
    lines.show(`${'line\n'.repeat(149)}line`)
    lines.showLeftOut(7, ['generator 0'])
    time.nowMs = 1_000
    lines.show('later')
    const rest = ['line', 'generator 0: … 7 lines left out', '… 50 lines left out', 'later']
    expect(said.slice(199)).toEqual(rest)
  })
})
