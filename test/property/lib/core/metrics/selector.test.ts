import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plain } from '../../../../../aggregator/report/text/terminal.ts'
import { parseSelector, selectorMistake, seriesKey } from '../../../../../lib/core/metrics/selector.ts'

/** Text of any kind, and much of what a selector itself is written with. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: fc.constantFrom(...' ,:{}"\'\\\n\u00a0\ud800u0a/'), maxLength: 12 }),
)
const tags = fc.dictionary(text, text, { maxKeys: 4, noNullPrototype: true })
const series = fc.record({ metric: fc.oneof(fc.constant('http_reqs'), text), tags })

describe('the text of a series', () => {
  it('is read back as the metric and the tags it was written from, whatever they are', () => {
    fc.assert(
      fc.property(series, ({ metric, tags }) => {
        expect(parseSelector(seriesKey(metric, tags))).toEqual({ metric, tags })
      }),
      { numRuns: 2_000 },
    )
  })

  it('is still the same text on one line of a terminal', () => {
    fc.assert(
      fc.property(series, ({ metric, tags }) => {
        const key = seriesKey(metric, tags)
        expect(plain(key)).toBe(key)
      }),
    )
  })
})

describe('a selector', () => {
  it('is read or refused with what is wrong, whatever the text', () => {
    fc.assert(
      fc.property(text, (inside) => {
        const written = `http_reqs{${inside}}`
        expect(parseSelector(written) === undefined).toBe(selectorMistake(written) !== undefined)
      }),
      { numRuns: 2_000 },
    )
  })
})
