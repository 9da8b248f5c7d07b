import { describe, expect, it } from 'vitest'
import { HpackDecoder, MAX_LIST_BYTES } from '../../../../../functions/generator/http2/hpack-decoder.ts'
import { type Field, plainField, SentFields } from '../../../../../functions/generator/http2/hpack-encoder.ts'
import { decodeHuffman } from '../../../../../functions/generator/http2/huffman.ts'
import { STATIC_FIELDS } from '../../../../../functions/generator/http2/static-table.ts'

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(/\s/g, ''), 'hex')

/** The fields of a block, or -1 where their list is too long. */
function fieldsOf(decoder: HpackDecoder, block: Buffer): string[] | -1 {
  const fields: string[] = []
  const end = decoder.read(block, 0, block.length, {
    onField: (text, name, nameEnd, value, valueEnd) =>
      fields.push(`${text.toString('latin1', name, nameEnd)}: ${text.toString('latin1', value, valueEnd)}`),
  })
  if (end === -1) return -1
  expect(decoder.textTo(0, end)).toBe(fields.map((field) => `${field}\r\n`).join(''))
  return fields
}

function unhuffed(hex: string): string | undefined {
  const code = bytes(hex)
  const into = Buffer.alloc(2 * code.length + 1)
  const end = decodeHuffman(code, 0, code.length, into, 0)
  return end === -1 ? undefined : into.toString('latin1', 0, end)
}

/** RFC 7541 appendix C: blocks on one connection, and the fields they stand for. */
const REQUESTS: readonly (readonly [string, string])[] = [
  ['8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d', '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff'],
  ['8286 84be 5808 6e6f 2d63 6163 6865', '8286 84be 5886 a8eb 1064 9cbf'],
  [
    '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
    '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
  ],
]
const ASKED = [
  [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com'],
  [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com', 'cache-control: no-cache'],
  [
    ...[':method: GET', ':scheme: https', ':path: /index.html', ':authority: www.example.com'],
    'custom-key: custom-value',
  ],
]
const RESPONSES: readonly (readonly [string, string])[] = [
  [
    `4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120
     474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d`,
    `4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718
     63c7 8f0b 97c8 e9ae 82ae 43d3`,
  ],
  ['4803 3330 37c1 c0bf', '4883 640e ffc1 c0bf'],
  [
    `88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738
     666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33
     3630 303b 2076 6572 7369 6f6e 3d31`,
    `88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7
     b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07`,
  ],
]
const DATE = 'date: Mon, 21 Oct 2013 20:13:21 GMT'
const LOCATION = 'location: https://www.example.com'
const ANSWERED = [
  [':status: 302', 'cache-control: private', DATE, LOCATION],
  [':status: 307', 'cache-control: private', DATE, LOCATION],
  [
    ...[':status: 200', 'cache-control: private', DATE.replace(':21 GMT', ':22 GMT'), LOCATION],
    ...['content-encoding: gzip', 'set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1'],
  ],
]

describe('HPACK', () => {
  it.each([
    ['without Huffman codes', 0],
    ['with Huffman codes', 1],
  ] as const)('reads the examples of RFC 7541 %s', (_, form) => {
    const requests = new HpackDecoder()
    expect(REQUESTS.map((block) => fieldsOf(requests, bytes(block[form])))).toEqual(ASKED)
    const responses = new HpackDecoder()
    const limited = bytes('3fe1 01')
    const blocks = RESPONSES.map((block, i) =>
      Buffer.concat([i === 0 ? limited : Buffer.of(), bytes(block[form])]),
    )
    expect(blocks.map((block) => fieldsOf(responses, block))).toEqual(ANSWERED)
    expect(() => fieldsOf(responses, Buffer.of(0x80 | 65))).toThrow('a field has the index 65')
  })

  it('reads what is never to be indexed, and what is not indexed, like anything else', () => {
    const decoder = new HpackDecoder()
    expect(fieldsOf(decoder, bytes('1008 7061 7373 776f 7264 0673 6563 7265 74'))).toEqual([
      'password: secret',
    ])
    expect(fieldsOf(decoder, bytes('040c 2f73 616d 706c 652f 7061 7468'))).toEqual([':path: /sample/path'])
    expect(() => fieldsOf(decoder, Buffer.of(0x80 | 62))).toThrow('a field has the index 62')
  })

  it.each([
    ['the index 0', '80', 'a field has the index 0'],
    ['an index beyond the table', 'be', 'a field has the index 62'],
    ['a name beyond the table', '7e 01 61', 'a field has the index 62'],
    ['a number that is cut off', 'ff', 'a field is cut off'],
    ['a number without end', 'ff ff ff ff ff ff ff', 'a number is beyond all bounds'],
    ['a name that is cut off', '40 03 6162', 'a field is cut off'],
    ['no value', '40 01 61', 'a field is cut off'],
    ['a table that is resized in the midst', '82 20', 'it resizes its table in the midst of a block'],
    ['a table larger than agreed', '3f e2 1f', 'it makes its table 4097 bytes large'],
    ['a code padded with a byte', '40 01 61 82 1fff', 'a text is no Huffman code'],
    ['a code padded with zeros', '40 01 61 81 18', 'a text is no Huffman code'],
    ['a code that ends the text', '40 01 61 84 ffffffff', 'a text is no Huffman code'],
  ])('refuses %s', (_, block, message) => {
    expect(() => fieldsOf(new HpackDecoder(), bytes(block))).toThrow(
      expect.objectContaining({
        errorClass: 'malformed_response',
        code: 9,
        message: expect.stringContaining(message),
      }),
    )
  })

  it('drops the oldest fields of a full table, and empties it for one that is larger', () => {
    const decoder = new HpackDecoder()
    const added = (name: string, value: string): Buffer =>
      Buffer.concat([
        Buffer.of(0x40, name.length),
        Buffer.from(name),
        lengthOf(value.length),
        Buffer.from(value),
      ])
    for (let i = 0; i < 200; i++) fieldsOf(decoder, added('x', String(i).padStart(31, '0')))
    expect(fieldsOf(decoder, Buffer.of(0x80 | 62))).toEqual([`x: ${'199'.padStart(31, '0')}`])
    expect(fieldsOf(decoder, Buffer.of(0x80 | (61 + 64)))).toEqual([`x: ${'136'.padStart(31, '0')}`])
    expect(() => fieldsOf(decoder, Buffer.of(0x80 | (61 + 65)))).toThrow('a field has the index 126')
    fieldsOf(decoder, added('x', 'y'.repeat(4_064)))
    expect(() => fieldsOf(decoder, Buffer.of(0x80 | 62))).toThrow('a field has the index 62')
    fieldsOf(decoder, added('x', 'y'.repeat(4_063)))
    expect(fieldsOf(decoder, Buffer.of(0x80 | 62))).toEqual([`x: ${'y'.repeat(4_063)}`])
    fieldsOf(decoder, Buffer.of(0x20, 0x82))
    expect(() => fieldsOf(decoder, Buffer.of(0x80 | 62))).toThrow('a field has the index 62')
  })

  it('keeps its table right while it reads a list that is too long', () => {
    const decoder = new HpackDecoder()
    const bomb = Buffer.concat([
      ...[Buffer.of(0x40, 1, 0x61), lengthOf(4_000)],
      Buffer.alloc(4_000, 'b'),
      Buffer.alloc(60_000, 0x80 | 62),
      Buffer.of(0x40, 1, 0x63, 1, 0x64),
    ])
    expect(bomb.length).toBeLessThan(MAX_LIST_BYTES)
    expect(fieldsOf(decoder, bomb)).toBe(-1)
    expect(fieldsOf(decoder, Buffer.of(0x80 | 62, 0x80 | 63))).toEqual(['c: d', `a: ${'b'.repeat(4_000)}`])
  })

  it('knows 61 fields from the start', () => {
    expect(STATIC_FIELDS).toHaveLength(61)
    const blocks = STATIC_FIELDS.map((_, i) => fieldsOf(new HpackDecoder(), Buffer.of(0x80 | (i + 1))))
    expect(blocks).toEqual(STATIC_FIELDS.map(([name, value]) => [`${name}: ${value}`]))
  })

  it('takes a text of no bytes for a Huffman code, too', () => {
    expect([unhuffed(''), unhuffed('1f'), unhuffed('ff'), unhuffed('fe')]).toEqual([
      '',
      'a',
      undefined,
      undefined,
    ])
  })
})

function lengthOf(length: number): Buffer {
  if (length < 127) return Buffer.of(length)
  const rest = length - 127
  return rest < 128 ? Buffer.of(127, rest) : Buffer.of(127, 0x80 | (rest & 127), rest >> 7)
}

describe('an encoder', () => {
  const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')
  const FIELDS: readonly Field[] = [
    [':scheme', 'https'],
    [':authority', 'shop.example.com'],
    ['accept-encoding', 'gzip, br'],
    ['x-shop', 'open'],
    ['authorization', 'Bearer abc'],
  ]

  it('writes fields that last once, and their numbers afterwards', () => {
    const decoder = new HpackDecoder()
    const first = SentFields.none(4_096).write(FIELDS, true)
    const second = first.then.write(FIELDS, true)
    const expected = FIELDS.map((field) => field.join(': '))
    for (const { text } of [first, second, second]) expect(fieldsOf(decoder, latin1(text))).toEqual(expected)
    expect(second.then).toBe(first.then)
    expect(second.text).toHaveLength(4 + 3 + 'Bearer abc'.length)
    expect(second.then.write(FIELDS, true)).toBe(second)
  })

  it('adds of fields that may change only those that seldom do', () => {
    const { text, then } = SentFields.none(4_096).write(FIELDS, false)
    const again = then.write(FIELDS, false).text
    expect([text.length - again.length, again.includes('x-shop'), again.includes('gzip, br')]).toEqual([
      'shop.example.com'.length + 'gzip, br'.length + 2,
      true,
      false,
    ])
  })

  it('gives the same table to whom has sent the same, and others to others', () => {
    const root = SentFields.none(4_096)
    const copy = FIELDS.map(([name, value]) => [name, value] as const)
    expect(root.write(FIELDS, true).then).toBe(
      root.write(copy, false).then.write(copy.slice(3, 4), true).then,
    )
    expect(root.write(FIELDS, true).then).not.toBe(root.write(copy, false).then)
  })

  it('never fills a table beyond its limit', () => {
    const decoder = new HpackDecoder()
    let table = SentFields.none(4_096)
    const many = Array.from({ length: 60 }, (_, i) => [[`x-${i}`, 'y'.repeat(100)]] as const)
    for (let round = 0; round < 2; round++)
      for (const fields of many) {
        const { text, then } = table.write(fields, true)
        table = then
        expect(fieldsOf(decoder, latin1(text))).toEqual([fields[0].join(': ')])
      }
    expect(table.write(many[0] as readonly Field[], true).text).toHaveLength(1)
    expect(table.write(many[59] as readonly Field[], true).text.length).toBeGreaterThan(100)
  })

  it('adds nothing to a table that may hold nothing', () => {
    const none = SentFields.none(0)
    expect(none.write(FIELDS, true).then).toBe(none)
  })

  it('makes a bounded number of tables, whatever order flows send their fields in', () => {
    const root = SentFields.none(4_096)
    const tables = new Set(
      Array.from({ length: 100 }, (_, i) => root.write([['accept', `text/${i}`]], false).then),
    )
    expect(tables.size).toBe(64)
  })

  it('writes long texts and numbers', () => {
    for (const length of [0, 1, 126, 127, 128, 254, 255, 256, 16_510, 16_511, 40_000]) {
      const text = latin1(plainField('x-a', 'b'.repeat(length)))
      expect(fieldsOf(new HpackDecoder(), text)).toEqual([`x-a: ${'b'.repeat(length)}`])
    }
    expect(plainField(':method', 'GET')).toBe('\x82')
    expect(latin1(plainField('content-length', '3')).toString('hex')).toBe('0f0d0133')
  })
})
