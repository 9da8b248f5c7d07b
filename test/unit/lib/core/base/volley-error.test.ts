import { describe, expect, it } from 'vitest'
import { explain, VolleyError } from '../../../../../lib/core/base/errors.ts'
import { printed } from '../../../../../lib/core/base/mistake.ts'

const mistake = (field: string, value: string) => ({ field, value, limit: 'less', next: 'see http://a:b@c' })

describe('what an error tells a user', () => {
  it('holds no secret, neither in its message nor in the values given', () => {
    const error = new VolleyError('INPUT_INVALID', 'GET http://ann:s3cret@host/?token=abc failed', [
      mistake('--target', 'http://ann:s3/cret@host'),
      mistake('http.headers.authorization', '7'),
      mistake('http', '{"headers":{"x-api-key":"abc","a":1}}'),
      mistake('--token', 'not given'),
      mistake('AWS credentials', 'none that can be used'),
    ])
    expect(explain(error)).toBe(
      [
        'INPUT_INVALID: GET http://***@host/?token=*** failed',
        '  --target: http://***@host',
        '    allowed: less',
        '    next:    see http://***@c',
        '  http.headers.authorization: ***',
        '    allowed: less',
        '    next:    see http://***@c',
        '  http: {"headers":{"x-api-key":"***","a":1}}',
        '    allowed: less',
        '    next:    see http://***@c',
        '  --token: not given',
        '    allowed: less',
        '    next:    see http://***@c',
        '  AWS credentials: none that can be used',
        '    allowed: less',
        '    next:    see http://***@c',
      ].join('\n'),
    )
  })

  it('commands no terminal, whatever was given', () => {
    const hostile = 'a\u001b]8;;http://evil\u0007b\u001b[2J\u009b31m\r\u202ec\td'
    expect(explain(new VolleyError('INPUT_INVALID', hostile, [mistake('--profile', hostile)]))).toBe(
      'INPUT_INVALID: abc\td\n  --profile: abc\td\n    allowed: less\n    next:    see http://***@c',
    )
  })

  it('is cut to its length when the secrets are gone already', () => {
    const url = `http://ann:${'s3cret'.repeat(20)}@host`
    expect(printed(url)).toBe('"http://***@host"')
  })
})
