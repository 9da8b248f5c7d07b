import { describe, expect, it } from 'vitest'
import {
  maskHeaders,
  maskName,
  maskText,
  maskUrl,
  namesSecret,
} from '../../../../../lib/core/secrets/mask.ts'

describe('namesSecret', () => {
  it.each([
    ...[
      'token',
      'access_token',
      'accessToken',
      'ACCESS-TOKEN',
      'id_token',
      'refresh_token',
      'x-amz-security-token',
    ],
    ...['api_key', 'apikey', 'X-Api-Key', 'aws_secret_access_key', 'AWSAccessKeyId', 'private_key'],
    ...[
      'secret',
      'client_secret',
      'clientSecret',
      'password',
      'Passwd',
      'pwd',
      'pass',
      'password2',
      'new_password',
    ],
    ...['password_confirmation', 'user[password]', 'passphrase', 'auth', 'basic_auth', 'authorization'],
    ...[
      'Proxy-Authorization',
      'cookie',
      'Set-Cookie',
      'session',
      'session_id',
      'JSESSIONID',
      'PHPSESSID',
      'sid',
    ],
    ...[
      'connect.sid',
      'sig',
      'signature',
      'X-Amz-Signature',
      'jwt',
      'client_assertion',
      'csrf-token',
      'token_1',
    ],
  ])('takes %s for a secret everywhere', (key) => {
    expect(namesSecret(key, 'field')).toBe(true)
    expect(namesSecret(key, 'url')).toBe(true)
  })

  it.each(['key', 'code'])('takes %s for a secret in URLs alone', (key) => {
    expect(namesSecret(key)).toBe(true)
    expect(namesSecret(key, 'field')).toBe(false)
  })

  it.each([
    ...['', 'page', 'q', 'id', 'user', 'username', 'max_tokens', 'tokens', 'token_type', 'author', 'keyword'],
    ...[
      'sort_key',
      'idempotency-key',
      'side',
      'sessions',
      'zipcode',
      'status_code',
      'compass',
      'design',
      'inside',
    ],
  ])('does not take %j for a secret', (key) => {
    expect(namesSecret(key)).toBe(false)
  })
})

describe('maskUrl', () => {
  it.each([
    ['http://ann:s3cret@host:8080/x', 'http://***@host:8080/x'],
    ['https://ghp_abc@host', 'https://***@host'],
    ['wss://ann:p@ss@host/x', 'wss://***@host/x'],
    ['tcp://ann:100%@host:1', 'tcp://***@host:1'],
    ['http://ann:pa/ss@host/x', 'http://***@host/x'],
    ['ann:s3cret@host/x', '***@host/x'],
    ['//ann:s3cret@host/x', '//***@host/x'],
    ['http://host/x?token=abc&page=2', 'http://host/x?token=***&page=2'],
    ['http://host/x?page=2&api_key=a b"c', 'http://host/x?page=2&api_key=***'],
    ['http://host/x?access%5Ftoken=abc#top', 'http://host/x?access%5Ftoken=***#top'],
    ['http://host/cb#access_token=abc&state=1', 'http://host/cb#access_token=***&state=1'],
    ['/x?code=123&key=456', '/x?code=***&key=***'],
    ['/x;jsessionid=8f3a/y?page=2', '/x;jsessionid=***/y?page=2'],
    [
      '/x?next=http%3A%2F%2Fann%3Apw%40h%2F%3Ftoken%3Dabc%26page%3D2&z=1',
      '/x?next=http%3A%2F%2F***%40h%2F%3Ftoken%3D***%26page%3D2&z=1',
    ],
    ['/x?u=http://ann:pw@h', '/x?u=http://***@h'],
  ])('masks %s', (url, shown) => {
    expect(maskUrl(url)).toBe(shown)
  })

  it.each([
    ['http://host/@ann/x?page=2&q=a=b#top'],
    ['/users/ann@example.org'],
    ['/x?token=&password'],
    ['http://[::1]:80/?q=%'],
    [''],
    ['not a url'],
  ])('leaves %j as it is', (url) => {
    expect(maskUrl(url)).toBe(url)
  })
})

describe('maskText', () => {
  it.each([
    ['URLs', 'GET "http://ann:s3cret@host/x?sig=abc" failed', 'GET "http://***@host/x?sig=***" failed'],
    ['URLs with slashes escaped', '{"u":"http:\\/\\/ann:s3cret@host\\/"}', '{"u":"http:\\/\\/***@host\\/"}'],
    ['credentials without a scheme', 'proxy ann:s3cret@host:1 refused', 'proxy ***@host:1 refused'],
    ['header lines', 'Authorization: Digest a="b", c\r\nHost: x', 'Authorization: ***\r\nHost: x'],
    ['cookie lines', '> cookie: a=1; b=2\n> x: y', '> cookie: ***\n> x: y'],
    ['key headers', 'x-api-key: abc\nx: y', 'x-api-key: ***\nx: y'],
    ['JSON fields', '{"token": "a\\"b", "user":"ann"}', '{"token": "***", "user":"ann"}'],
    ['JSON numbers', '{"password":1234,"n":5}', '{"password":***,"n":5}'],
    [
      'JSON inside JSON',
      '{"body":"{\\"pwd\\":\\"a\\\\\\"b\\",\\"n\\":1}"}',
      '{"body":"{\\"pwd\\":\\"***\\",\\"n\\":1}"}',
    ],
    ['objects and lists', '{"credentials":{"a":["}"]},"n":1}', '{"credentials":"***","n":1}'],
    ['JSON that was cut off', '{"user":"ann","password":"s3cr', '{"user":"ann","password":"***'],
    ['dumps of objects', "{ password: 'hunter2', n: 1 }", "{ password: '***', n: 1 }"],
    ['dumps of headers', "{ authorization: 'Bearer a b', n: 1 }", "{ authorization: '***', n: 1 }"],
    ['forms', 'user=ann&password=hunter2&n=1', 'user=ann&password=***&n=1'],
    ['settings', 'client_secret = "a b" # x', 'client_secret = "***" # x'],
    ['pairs in brackets', 'failed (token=abc).', 'failed (token=***).'],
    ['XML', '<a><Password x="1">hunter2</Password></a>', '<a><Password x="1">***</Password></a>'],
    ['Basic credentials', 'sent Basic YTpi to it', 'sent Basic YTpi to it'],
    ['longer Basic credentials', 'sent Basic YW5uOnMzY3JldA== to it', 'sent Basic *** to it'],
    ['bearer tokens', 'sent Bearer abc123def.x to it', 'sent Bearer *** to it'],
    ['JSON Web Tokens', 'got eyJhbGciOi.eyJzdWIi.c2ln!', 'got ***!'],
    ['a session that looks generated', 'session: 8f3a77c0', 'session: ***'],
  ])('masks %s', (_what, text, shown) => {
    expect(maskText(text)).toBe(shown)
  })

  it.each([
    ['Unexpected token < in JSON at position 0'],
    ['{"code":"NOT_FOUND","key":"user:42","token_type":"Bearer"}'],
    ['{"password":null,"token":true,"secret":""}'],
    ['Bearer authentication required'],
    ['auth: sign in'],
    ['session: closed by the peer'],
    ['at run (file:///home/ann/flow.ts:10:5)'],
    ['write to ann@example.org, //see/this'],
    ['http_req_failed{name:GET /x} rate < 1 % at 12:30:45'],
  ])('leaves %j as it is', (text) => {
    expect(maskText(text)).toBe(text)
  })

  const known = ['p@ss/w&rd "1"', 'ann:s3cret']
  it.each([
    ['as they are', 'x p@ss/w&rd "1" y', 'x *** y'],
    ['percent-encoded', 'x p%40ss%2Fw%26rd%20%221%22 y', 'x *** y'],
    ['percent-encoded in lower case', 'x p%40ss%2fw%26rd%20%221%22 y', 'x *** y'],
    ['in forms', 'x p%40ss%2Fw%26rd+%221%22 y', 'x *** y'],
    ['in JSON', 'x p@ss/w&rd \\"1\\" y', 'x *** y'],
    ['in HTML', 'x p@ss/w&amp;rd &quot;1&quot; y', 'x *** y'],
    ['in Base64', 'x YW5uOnMzY3JldA== y', 'x ***== y'],
    ['in Base64 of longer text', `x ${btoa('?ann:s3cret!')} y`, 'x P2***Qh y'],
  ])('masks known secrets %s', (_how, text, shown) => {
    expect(maskText(text, known)).toBe(shown)
  })

  it('does not look for a known secret of three characters, which would blank out numbers', () => {
    expect(maskText('100 requests by ann:100@host', ['100'])).toBe('100 requests by ***@host')
  })

  it('masks the longer of two known secrets that overlap', () => {
    expect(maskText('s3cret-long', ['s3cret', 's3cret-long'])).toBe('***')
  })
})

describe('maskName', () => {
  it('masks URLs in names', () => {
    expect(maskName('GET http://ann:pw@host/x?token=abc (again)')).toBe(
      'GET http://***@host/x?token=*** (again)',
    )
  })

  it('masks known secrets', () => {
    expect(maskName('as s3cret', ['s3cret'])).toBe('as ***')
  })

  it('leaves words that only look like fields', () => {
    expect(maskName('auth: sign in, password: wrong, token=3')).toBe(
      'auth: sign in, password: wrong, token=3',
    )
  })
})

describe('maskHeaders', () => {
  it('masks headers whose names are those of secrets, and secrets inside of others', () => {
    expect(
      maskHeaders({
        Authorization: 'Bearer x',
        'set-cookie': ['a=1', 'b=2'],
        'x-api-key': 'abc',
        location: 'http://host/?token=abc',
        'content-type': 'text/plain; charset=utf-8',
      }),
    ).toEqual({
      Authorization: '***',
      'set-cookie': ['***', '***'],
      'x-api-key': '***',
      location: 'http://host/?token=***',
      'content-type': 'text/plain; charset=utf-8',
    })
  })
})
