import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { tlsMistakes } from '../../../../lib/scenario/check-tls.ts'

const read = (name: string): string =>
  readFileSync(new URL(`../../../fixtures/tls/${name}`, import.meta.url), 'utf8')
const cert = read('certificate.pem')
const key = read('key.pem')

const pem = { format: 'pem' } as const
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const otherKey = privateKey.export({ ...pem, type: 'pkcs8' }).toString()
const encryptedKey = privateKey
  .export({ ...pem, type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'sesame' })
  .toString()

const found = (tls: Partial<Parameters<typeof tlsMistakes>[0]>) =>
  tlsMistakes({ insecure: false, ...tls }).map(({ field, value }) => [field, value])

describe('certificates and keys of a scenario', () => {
  it('are sound where they are PEM and belong together', () => {
    expect(found({})).toEqual([])
    expect(found({ ca: cert, cert, key })).toEqual([])
    expect(found({ ca: `# two of them\n${cert}\n${read('expired.pem')}` })).toEqual([])
  })

  it.each(['ca', 'cert', 'key'])('are no PEM where %s is the name of a file', (field) => {
    const all = tlsMistakes({ insecure: false, cert, key, [field]: './client-1.pem' })
    expect(all).toContainEqual({
      field: `http.tls.${field}`,
      value: expect.stringMatching(/^\.\/client-1\.pem, which is a path/),
      limit: expect.stringContaining('-----BEGIN '),
      next: "give the text of the file, not its name: readFileSync(new URL('./client-1.pem', import.meta.url), 'utf8')",
    })
  })

  it('are told from other PEM', () => {
    expect(found({ ca: key })).toEqual([
      ['http.tls.ca', expect.stringMatching(/^a PEM block of .*PRIVATE KEY that can't be read$/)],
    ])
    expect(found({ cert, key: cert })[0]?.[0]).toBe('http.tls.key')
    expect(found({ ca: cert.replace(/\n[A-Za-z0-9+/]{10}/, '\n!') })[0]?.[0]).toBe('http.tls.ca')
  })

  it('have to be both there, and of one pair', () => {
    expect(found({ cert })).toEqual([['http.tls.key', 'not given']])
    expect(found({ key })).toEqual([['http.tls.cert', 'not given']])
    expect(found({ cert, key: otherKey })).toEqual([['http.tls.key', 'the key of another certificate']])
  })

  it('may be encrypted, with the right passphrase', () => {
    expect(found({ cert, key: encryptedKey })).toEqual([['http.tls.passphrase', 'not given']])
    expect(found({ cert, key: encryptedKey, passphrase: 'open' })).toEqual([
      ['http.tls.passphrase', 'not that of the key'],
    ])
    expect(found({ cert, key: encryptedKey, passphrase: 'sesame' })).toEqual([
      ['http.tls.key', 'the key of another certificate'],
    ])
    expect(found({ passphrase: 'sesame' })).toEqual([['http.tls.passphrase', 'given']])
  })

  it('are never shown', () => {
    const broken = key.replace('-----BEGIN', '----BEGIN')
    const shown = JSON.stringify([
      ...tlsMistakes({ insecure: false, cert: broken, key: broken }),
      ...tlsMistakes({ insecure: false, cert, key: encryptedKey, passphrase: 'hunter2' }),
    ])
    for (const secret of [...key.split('\n').slice(1, -2), 'hunter2']) expect(shown).not.toContain(secret)
  })
})
