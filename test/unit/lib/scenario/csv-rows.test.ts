import { describe, expect, it } from 'vitest'
import { csvRows } from '../../../../lib/scenario/csv-rows.ts'

describe('the delimiter of a CSV file', () => {
  it.each([
    ['comma', 'a,b\n1,2\n'],
    ['semicolon', 'a;b\n1;2\n'],
    ['tab', 'a\tb\n1\t2\n'],
    ['bar', 'a|b\n1|2\n'],
  ])('is the %s that the header has', (_name, text) => {
    expect(csvRows(text)).toEqual([{ a: '1', b: '2' }])
  })

  it('is the one that the header has most of', () => {
    expect(csvRows('a;b;c,d\n1;2;3,4\n')).toEqual([{ a: '1', b: '2', 'c,d': '3,4' }])
  })

  it('is none where the header has none, whatever stands in the rows', () => {
    const agents = ['Mozilla/5.0 (iPhone; CPU iPhone OS 16_0; U)', 'a,b|c\td']
    expect(csvRows(`agent\n${agents.join('\n')}\n`)).toEqual(agents.map((agent) => ({ agent })))
  })

  it('does not count what stands in quotes in the header', () => {
    expect(csvRows('"a,b,c";d\n1;2\n')).toEqual([{ 'a,b,c': '1', d: '2' }])
  })

  it('is the one that is named, though the header has more of another', () => {
    expect(csvRows('a;b:c;d\n1:2\n', ':')).toEqual([{ 'a;b': '1', 'c;d': '2' }])
  })
})

describe('line ends of a CSV file', () => {
  it('may be mixed and belong to no value', () => {
    expect(csvRows('name,password\nann,1\r\nbob,2\rcid,3\n')).toEqual([
      { name: 'ann', password: '1' },
      { name: 'bob', password: '2' },
      { name: 'cid', password: '3' },
    ])
  })

  it('stay as they are in quotes', () => {
    expect(csvRows('a,b\r\n"1\r\n""2""\n",3\r\n')).toEqual([{ a: '1\r\n"2"\n', b: '3' }])
  })

  it('are passed over where nothing stands before them', () => {
    expect(csvRows('\r\na,b\n\n1,2\r\n\r\n')).toEqual([{ a: '1', b: '2' }])
  })
})

describe('a CSV file that cannot be read in one way', () => {
  it.each([
    ['names a column twice', 'a,b,a\n1,2,3\n', 'its column 3 has the name of another, a'],
    ['leaves a column without a name', 'a,,b\n1,2,3\n', 'its column 2 has no name'],
    ['has a row with too many fields', 'a,b\n1,2\n1,2,3\n', 'row 3 has 3 fields, the header 2 fields'],
    ['has a row with too few fields', 'a,b\n1\n', 'row 2 has 1 field, the header 2 fields'],
    ['never closes a quote', 'a,b\n"1,2\n', 'Quoted field unterminated'],
  ])('is refused where it %s', (_what, text, why) => {
    expect(csvRows(text)).toMatchObject({ limit: `CSV with a header line (${why})` })
  })
})
