import type { LookupAddress, LookupOptions } from 'node:dns'
import { describe, expect, it } from 'vitest'
import { createGuard, type TargetGuard } from '../../../../../functions/generator/net/target-guard.ts'
import type { Resolve } from '../../../../../lib/adapters/net/checked-lookup.ts'
import { VolleyError } from '../../../../../lib/core/base/errors.ts'

function refusal(allow: string[], url: string): VolleyError | undefined {
  try {
    createGuard({ allow }).checkUrl(new URL(url))
  } catch (error) {
    if (error instanceof VolleyError) return error
    throw error
  }
  return undefined
}

describe('a target by its URL', () => {
  it.each([
    'http://localhost/',
    'http://LOCALHOST.:8080/',
    'https://shop.localhost/',
    'http://127.0.0.1/',
    'http://127.8.9.10:81/',
    'http://[::1]:3000/',
    'ws://127.0.0.1/',
    'wss://localhost/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0177.0.0.1/',
    'http://[::ffff:127.0.0.1]/',
  ])('%s is loopback and always allowed', (url) => {
    expect(refusal([], url)).toBeUndefined()
  })

  it.each([
    'http://example.com/',
    'http://localhost.example.com/',
    'http://127.0.0.1.example.com/',
    'http://user@evil.com/',
    'http://127.0.0.1@evil.com/',
    'http://10.0.0.1/',
    'http://192.168.1.1/',
    'http://128.0.0.1/',
    'http://[fd12::1]/',
    'http://[::ffff:10.0.0.1]/',
    'ftp://127.0.0.1/',
    'file:///etc/passwd',
  ])('%s is refused where nothing is allowed', (url) => {
    expect(refusal([], url)?.code).toBe('TARGET_NOT_ALLOWED')
  })

  it('names the flag that would allow it', () => {
    expect(refusal([], 'http://api.example.com:8080/x')).toMatchObject({
      message: 'api.example.com:8080 is not an allowed target',
      mistakes: [
        {
          field: '--target',
          value: 'api.example.com',
          next: 'add --allow api.example.com if it is yours to load',
        },
      ],
    })
  })

  it.each([
    ['api.example.com', 'http://api.example.com:9999/', true],
    ['API.Example.com.', 'http://api.example.com/', true],
    ['api.example.com', 'http://example.com/', false],
    ['api.example.com', 'http://api.example.com.evil.com/', false],
    ['example.com', 'http://api.example.com/', false],
    ['api.example.com:8443', 'https://api.example.com:8443/', true],
    ['api.example.com:8443', 'https://api.example.com/', false],
    ['api.example.com:443', 'https://api.example.com/', true],
    ['api.example.com:80', 'http://api.example.com/', true],
    ['api.example.com:80', 'https://api.example.com/', false],
    ['*.example.com', 'http://a.b.example.com/', true],
    ['*.example.com', 'http://example.com/', false],
    ['*.example.com', 'http://badexample.com/', false],
    ['*.example.com:81', 'http://a.example.com:81/', true],
    ['*.example.com:81', 'http://a.example.com/', false],
    ['10.0.0.7', 'http://10.0.0.7/', true],
    ['10.0.0.7', 'http://10.0.0.8/', false],
    ['10.0.0.7', 'http://[::ffff:10.0.0.7]/', false],
    ['fd12::1', 'http://[fd12:0::1]/', true],
    ['[fd12::1]:8080', 'http://[fd12::1]:8080/', true],
    ['[fd12::1]:8080', 'http://[fd12::1]/', false],
    ['bücher.example', 'http://xn--bcher-kva.example/', true],
  ])('with --allow %s, %s: %s', (entry, url, allowed) => {
    expect(refusal([entry], url) === undefined).toBe(allowed)
  })

  it.each([
    '169.254.169.254',
    '169.254.170.2',
    '2852039166',
    '0xa9.0xfe.0xa9.0xfe',
    '[fe80::1]',
    '[fd00:ec2::254]',
    '[fd00:ec2::23]',
    '[fd20:ce::254]',
    '100.100.100.200',
    '0.0.0.0',
    '0.1.2.3',
    '[::]',
    '224.0.0.1',
    '239.255.255.255',
    '[ff02::1]',
    '255.255.255.255',
    '[::ffff:169.254.169.254]',
    '[::169.254.169.254]',
    '[64:ff9b::169.254.169.254]',
    '[2002:a9fe:a9fe::1]',
    '[::ffff:0.0.0.0]',
  ])('%s is refused even when it is allowed', (host) => {
    const url = `http://${host}/`
    expect(refusal([host.replace(/^\[|\]$/g, ''), new URL(url).hostname], url)).toMatchObject({
      code: 'TARGET_NOT_ALLOWED',
      mistakes: [{ next: 'choose another target: --allow cannot lift this' }],
    })
  })

  it('reports all entries of the allow list that are no hosts', () => {
    const wrong = ['https://example.com', '*', 'a b', 'example.com/path', '*.10.0.0.1', '']
    const shown = [...wrong, '***@example.com']
    expect(() => createGuard({ allow: ['example.com', ...wrong, 'user@example.com'] })).toThrow(
      expect.objectContaining({
        code: 'INPUT_INVALID',
        mistakes: shown.map((value) => expect.objectContaining({ field: '--allow', value })),
      }),
    )
  })
})

const v4 = (address: string): LookupAddress => ({ address, family: 4 })
const v6 = (address: string): LookupAddress => ({ address, family: 6 })

function look(
  { lookup }: TargetGuard,
  host: string,
  options: LookupOptions = { all: true },
): Promise<unknown> {
  return new Promise((resolve) => {
    lookup(host, options, (error, address, family) =>
      resolve(error ? (error as VolleyError).code : options.all ? address : [address, family]),
    )
  })
}

/** A name server of one answer that counts its questions. */
function nameServer(...addresses: LookupAddress[]): { resolve: Resolve; asked: string[] } {
  const asked: string[] = []
  const resolve: Resolve = (host, done) => {
    asked.push(host)
    done(null, addresses)
  }
  return { resolve, asked }
}

describe('a target by the addresses of its name', () => {
  it.each([
    ['localhost', [v6('::1'), v4('127.0.0.1')], true],
    ['shop.localhost', [v4('127.0.0.1')], true],
    ['localhost', [v4('127.0.0.1'), v4('10.0.0.1')], false],
    ['localhost', [v4('93.184.216.34')], false],
    ['other.example.org', [v4('127.0.0.1')], false],
    ['api.example.com', [v4('93.184.216.34')], true],
    ['api.example.com', [v4('10.1.2.3'), v6('fd12::1')], true],
    ['api.example.com', [v4('127.0.0.1')], true],
    ['api.example.com', [v4('93.184.216.34'), v4('169.254.169.254')], false],
    ['api.example.com', [v6('::ffff:169.254.169.254')], false],
    ['api.example.com', [v6('fe80::1')], false],
    ['api.example.com', [v6('fd00:ec2::254')], false],
    ['api.example.com', [v4('0.0.0.0')], false],
  ])('%s at %j: %s', async (host, addresses, allowed) => {
    const { resolve } = nameServer(...addresses)
    const found = await look(createGuard({ allow: ['api.example.com'], now: () => 0, resolve }), host)
    expect(found).toEqual(allowed ? addresses : 'TARGET_NOT_ALLOWED')
  })

  it('answers in the forms a connection asks for', async () => {
    const { resolve } = nameServer(v6('fd12::1'), v4('10.0.0.1'))
    const guard = createGuard({ allow: ['a.example'], now: () => 0, resolve })
    expect(await look(guard, 'a.example', {})).toEqual(['fd12::1', 6])
    expect(await look(guard, 'a.example', { family: 4 })).toEqual(['10.0.0.1', 4])
    expect(await look(guard, 'a.example', { family: 6, all: true })).toEqual([v6('fd12::1')])
  })

  it('keeps the addresses of a name for five seconds', async () => {
    let nowMs = 0
    const { resolve, asked } = nameServer(v4('10.0.0.1'))
    const guard = createGuard({ allow: ['a.example'], now: () => nowMs, resolve })
    for (nowMs of [0, 4_999, 5_000]) await look(guard, 'a.example')
    expect(asked).toEqual(['a.example', 'a.example'])
  })

  it('asks once for a name that many want at the same time', async () => {
    const answers: Parameters<Resolve>[1][] = []
    const guard = createGuard({
      allow: ['a.example'],
      now: () => 0,
      resolve: (_, done) => answers.push(done),
    })
    const found = Promise.all([look(guard, 'a.example'), look(guard, 'a.example')])
    expect(answers).toHaveLength(1)
    answers[0]?.(null, [v4('10.0.0.1')])
    expect(await found).toEqual([[v4('10.0.0.1')], [v4('10.0.0.1')]])
  })

  it('does not keep a failure', async () => {
    const failure = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })
    let asked = 0
    const resolve: Resolve = (_, done) => (++asked === 1 ? done(failure, []) : done(null, [v4('10.0.0.1')]))
    const guard = createGuard({ allow: ['a.example'], now: () => 0, resolve })
    expect(await look(guard, 'a.example')).toBe('ENOTFOUND')
    expect(await look(guard, 'a.example')).toEqual([v4('10.0.0.1')])
  })

  it('spreads connections over all addresses of a family', async () => {
    const { resolve } = nameServer(v4('10.0.0.1'), v6('fd12::1'), v4('10.0.0.2'))
    const guard = createGuard({ allow: ['a.example'], now: () => 0, resolve })
    const firsts = []
    for (let i = 0; i < 4; i++) firsts.push(await look(guard, 'a.example', {}))
    expect(firsts).toEqual([
      ['10.0.0.1', 4],
      ['10.0.0.2', 4],
      ['10.0.0.1', 4],
      ['10.0.0.2', 4],
    ])
  })
})
