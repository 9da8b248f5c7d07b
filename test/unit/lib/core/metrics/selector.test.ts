import { describe, expect, it } from 'vitest'
import {
  parseSelector,
  selectorMistake,
  seriesKey,
  writeTags,
} from '../../../../../lib/core/metrics/selector.ts'

const tagsOf = (inside: string): unknown => parseSelector(`http_reqs{${inside}}`)?.tags

describe('a selector', () => {
  it('takes a name as it stands in the reports, where its braces are paired', () => {
    expect(tagsOf('name:GET /products/{id}')).toEqual({ name: 'GET /products/{id}' })
    expect(tagsOf('name:/a/{b,c}/{{d}}, flow:buy')).toEqual({ name: '/a/{b,c}/{{d}}', flow: 'buy' })
    expect(tagsOf('name: http://shop/a?b=c:d ')).toEqual({ name: 'http://shop/a?b=c:d' })
    expect(tagsOf('name:it\'s "so" \\ far')).toEqual({ name: 'it\'s "so" \\ far' })
    expect(tagsOf('name:')).toEqual({ name: '' })
  })

  it('takes anything in quotes of either kind', () => {
    expect(tagsOf('name:"GET /products/{id}"')).toEqual({ name: 'GET /products/{id}' })
    expect(tagsOf('name:"a, b}{" , flow : \'it "is"\'')).toEqual({ name: 'a, b}{', flow: 'it "is"' })
    expect(tagsOf(String.raw`name:"a\"b\\c\n\u0041\'\{"`)).toEqual({ name: 'a"b\\c\nA\'{' })
    expect(tagsOf('"a:b":" c "')).toEqual({ 'a:b': ' c ' })
  })

  it('takes a metric of a source by whatever name it has there', () => {
    expect(parseSelector('node.cpu-load:5m')).toEqual({ metric: 'node.cpu-load:5m', tags: {} })
    expect(parseSelector('"cpu {all}"')).toEqual({ metric: 'cpu {all}', tags: {} })
  })

  it.each([
    ['', 'must be a metric, with tags as in http_reqs{flow:login}'],
    ['http reqs', 'must be a metric, with tags as in http_reqs{flow:login}'],
    ['http_reqs}', 'must be a metric, with tags as in http_reqs{flow:login}'],
    [
      'http_reqs{name:a, b}',
      'must have a tag and a colon before each value, and "b" has none; quote a value with a comma: http_reqs{name:"a, b"}',
    ],
    [
      'http_reqs{}',
      'must have a tag and a colon before each value, and "" has none; quote a value with a comma: http_reqs{name:"a, b"}',
    ],
    [
      'http_reqs{name:a{b}',
      'must close each brace that it opens; quote a value with a brace of its own: http_reqs{name:"a{b"}',
    ],
    [
      'http_reqs{name:a}b}',
      'must end with the brace that closes its tags; quote a value with a brace of its own: http_reqs{name:"a}b"}',
    ],
    ['http_reqs{name:"a}', 'must close the quotes it opens: "\\"a}"'],
    ['http_reqs{name:"a"b}', 'must have a comma or a closing brace behind each quoted value'],
    ['http_reqs{"name"}', 'must have a colon behind the tag "name"'],
    ['http_reqs{:a}', 'must name a tag before each colon'],
    ['http_reqs{flow:a,flow:b}', 'must name each tag once, and names flow twice'],
  ])('is refused as %j with what is wrong', (text, mistake) => {
    expect(selectorMistake(text)).toBe(mistake)
    expect(parseSelector(text)).toBeUndefined()
  })
})

describe('the text of a series', () => {
  it('is plain where it can be, with its tags in order', () => {
    expect(seriesKey('http_reqs', {})).toBe('http_reqs')
    expect(seriesKey('http_reqs', { name: 'GET /a/{id}?b=c:d', flow: 'buy' })).toBe(
      'http_reqs{flow:buy,name:GET /a/{id}?b=c:d}',
    )
  })

  it('is quoted where plain text would be another series', () => {
    expect(writeTags({ name: '/products/{id', a: 'x,b:y', b: '' })).toBe(
      'a:"x,b:y",b:"",name:"/products/{id"',
    )
    expect(writeTags({ 'a:b': 'c' })).toBe('"a:b":c')
    expect(writeTags({ a: 'b:c' })).toBe('a:b:c')
    expect(writeTags({ a: 'tab\tand  spaces\u00a0\u{e0001}' })).toBe(
      String.raw`a:"tab\tand\u0020 spaces\u00a0\udb40\udc01"`,
    )
  })
})
