import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EventStreamParser, type ServerSentEvent } from '../../lib/core/event-stream.ts'
import { pieces } from '../fixtures/pieces.ts'

const end = fc.constantFrom('\n', '\r', '\r\n')
const value = fc.constantFrom(
  '',
  ' ',
  '  two',
  'text',
  'grüße 🦊',
  'a:b',
  ' [DONE]',
  '\uFEFF',
  'nul\0',
  '12',
  '1x',
)
const field = fc.constantFrom('data', 'event', 'id', 'retry', 'Data', 'unknown', '', '\uFEFFdata')
const line = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(field, value).map(([name, text]) => `${name}:${text}`) },
  { weight: 1, arbitrary: field },
  { weight: 2, arbitrary: fc.constant('') },
)
const stream = fc
  .tuple(fc.boolean(), fc.array(fc.tuple(line, end)), line)
  .map(([bom, lines, last]) => (bom ? '\uFEFF' : '') + lines.map((pair) => pair.join('')).join('') + last)

interface Read {
  events: ServerSentEvent[]
  lastEventId: string
  retryMs: number | undefined
}

function read(parts: readonly Uint8Array[]): Read {
  const events: ServerSentEvent[] = []
  const parser = new EventStreamParser(1_000_000, (event) => events.push(event))
  for (const part of parts) parser.push(part)
  return { events, lastEventId: parser.lastEventId, retryMs: parser.retryMs }
}

/** The standard's own steps, one after the other, over the whole text. */
function interpret(text: string): Read {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)
  lines.pop()
  const found: Read = { events: [], lastEventId: '', retryMs: undefined }
  let data = ''
  let type = ''
  for (const each of lines) {
    const [, name = '', written = ''] = /^([^:]*):? ?([\s\S]*)$/.exec(each) ?? []
    if (each === '') {
      if (data !== '')
        found.events.push({ event: type || 'message', data: data.slice(0, -1), id: found.lastEventId })
      data = ''
      type = ''
    } else if (each.startsWith(':')) continue
    else if (name === 'data') data += `${written}\n`
    else if (name === 'event') type = written
    else if (name === 'id' && !written.includes('\0')) found.lastEventId = written
    else if (name === 'retry' && /^[0-9]+$/.test(written)) found.retryMs = Number(written)
  }
  return found
}

describe('an event stream', () => {
  it('has the same events however its bytes come', () => {
    fc.assert(
      fc.property(stream.chain(pieces), ({ whole, parts }) => {
        expect(read(parts)).toEqual(interpret(whole))
      }),
      { numRuns: 1_000 },
    )
  })

  it.each([
    ['YHOO\n+2\n10', 'data: YHOO\ndata: +2\ndata: 10\n\n'],
    ['', 'data\n\n'],
    ['\n', 'data\ndata\n\n'],
    [' third event', ': comment\n\ndata:  third event\n\n'],
    ['test', 'data:test\n\n'],
  ])('says %j', (data, written) => {
    expect(read([Buffer.from(written)]).events).toEqual([{ event: 'message', data, id: '' }])
  })

  it('leaves out an event that it does not finish', () => {
    expect(read([Buffer.from('id: 1\ndata: whole\n\nid: 2\ndata: half\n')])).toEqual({
      events: [{ event: 'message', data: 'whole', id: '1' }],
      lastEventId: '2',
      retryMs: undefined,
    })
  })

  it('keeps an id until another is given, the empty one too', () => {
    const written = 'id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n'
    expect(read([Buffer.from(written)]).events.map(({ id }) => id)).toEqual(['1', '1', ''])
  })

  it.each([
    ['one line', [`data: ${'x'.repeat(200)}`]],
    ['many lines', Array.from({ length: 200 }, () => 'data\n')],
  ])('refuses an event larger than allowed, in %s', (_, parts) => {
    const parser = new EventStreamParser(100, () => undefined)
    expect(parts.every((part) => parser.push(Buffer.from(part)))).toBe(false)
  })

  it('counts the size of an event anew for each', () => {
    const parser = new EventStreamParser(20, () => undefined)
    expect(
      Array.from({ length: 50 }, () => 'data: 0123456789\n\n').every((part) =>
        parser.push(Buffer.from(part)),
      ),
    ).toBe(true)
  })
})
