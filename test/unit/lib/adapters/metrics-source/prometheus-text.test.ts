import { describe, expect, it } from 'vitest'
import { parsePrometheusText } from '../../../../../lib/adapters/metrics-source/prometheus-text.ts'

const parsed = (text: string): unknown =>
  [...parsePrometheusText(text)].map(({ name, labels, value }) => [name, Object.fromEntries(labels), value])

describe('the Prometheus text format', () => {
  it('is a sample a line, among comments and empty lines', () => {
    expect(
      parsed('# HELP up Whether it is.\n# TYPE up gauge\nup 1\n\n  # odd\nup:ratio_5m 0.5\r\n# EOF'),
    ).toEqual([
      ['up', {}, 1],
      ['up:ratio_5m', {}, 0.5],
    ])
  })

  it('has labels, in any spacing and with a comma at their end', () => {
    expect(parsed('a{b="c",d="e"} 1\na { b = "c" , d="e", } 2\na{} 3\na{b=""}4')).toEqual([
      ['a', { b: 'c', d: 'e' }, 1],
      ['a', { b: 'c', d: 'e' }, 2],
      ['a', {}, 3],
      ['a', { b: '' }, 4],
    ])
  })

  it('escapes backslashes, quotes and newlines in labels, and nothing else', () => {
    expect(parsed(String.raw`a{b="C:\\new \"x\"\n} # ,\t"} 1`)).toEqual([
      ['a', { b: 'C:\\new "x"\n} # ,\\t' }, 1],
    ])
  })

  it('has numbers of every form', () => {
    expect(parsed('a 1.5e3\na -0.25\na +Inf\na -Inf\na NaN\na 1 1395066363000\na 2 # {id="x"} 0.5')).toEqual(
      [1_500, -0.25, Infinity, -Infinity, Number.NaN, 1, 2].map((value) => ['a', {}, value]),
    )
  })

  it.each([
    '<!doctype html>',
    'a',
    'a{b="c"}',
    'a{b="c" 1',
    'a{b="c"d="e"} 1',
    'a{b=c} 1',
    'a{b="c\\"} 1',
    'a one',
    'a 1 2 3',
    '1a 1',
  ])('does not take %s for a sample', (line) => {
    expect(() => parsed(`up 1\n${line}`)).toThrow(`line 2 is no Prometheus sample: ${line}`)
  })
})
