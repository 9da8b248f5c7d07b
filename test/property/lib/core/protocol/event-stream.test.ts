import { createParser } from 'eventsource-parser'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EventStreamParser, type ServerSentEvent } from '../../../../../lib/core/protocol/event-stream.ts'
import { pieces } from '../../../../fixtures/pieces.ts'

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

/** As `eventsource-parser` reads it; ids hold until another is given. */
function interpret(parts: readonly Uint8Array[]): Read {
  const found: Read = { events: [], lastEventId: '', retryMs: undefined }
  const parser = createParser({
    onEvent: ({ event = 'message', data }) => found.events.push({ event, data, id: found.lastEventId }),
    onId: (id) => {
      found.lastEventId = id
    },
    onRetry: (retryMs) => {
      found.retryMs = retryMs
    },
  })
  const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
  for (const part of parts) parser.feed(utf8.decode(part, { stream: true }))
  return found
}

describe('an event stream', () => {
  it('has the events, ids and pauses that eventsource-parser finds in it, however its bytes come', () => {
    fc.assert(
      fc.property(stream.chain(pieces), ({ whole, parts }) => {
        expect(read(parts)).toEqual(interpret([Buffer.from(whole)]))
        expect(interpret(parts)).toEqual(interpret([Buffer.from(whole)]))
      }),
      { numRuns: 2_000 },
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
      lastEventId: '1',
      retryMs: undefined,
    })
  })

  it('has an id without data for its last, once the block is over', () => {
    expect(read([Buffer.from('id: 1\ndata: a\n\nid: 2\n\nevent: x\n\n')])).toEqual({
      events: [{ event: 'message', data: 'a', id: '1' }],
      lastEventId: '2',
      retryMs: undefined,
    })
    expect(read([Buffer.from('id: 2\n')]).lastEventId).toBe('')
  })

  it.each([
    ['id: a\0b\n\n', '', undefined],
    ['id: 1\nid: a\0b\n\n', '1', undefined],
    ['id:  1\n\n', ' 1', undefined],
    ['retry: 12\n', '', 12],
    ['retry:012\n', '', 12],
    ['retry: 1.5\n', '', undefined],
    ['retry: -1\n', '', undefined],
    ['retry:  1\n', '', undefined],
    ['retry: ١\n', '', undefined],
    ['retry\n', '', undefined],
  ])('reads the fields of %j', (written, lastEventId, retryMs) => {
    expect(read([Buffer.from(written)])).toEqual({ events: [], lastEventId, retryMs })
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

  it('counts the size of an event again for each', () => {
    const parser = new EventStreamParser(20, () => undefined)
    expect(
      Array.from({ length: 50 }, () => 'data: 0123456789\n\n').every((part) =>
        parser.push(Buffer.from(part)),
      ),
    ).toBe(true)
  })
})
