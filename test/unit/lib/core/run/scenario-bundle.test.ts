import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import {
  decodeBundle,
  encodeBundle,
  shortName,
  uploadedHash,
} from '../../../../../lib/core/run/scenario-bundle.ts'

const HASH = '0123456789abcdef'.repeat(4)
const CODE = 'export default {}'

const packed = (files: unknown): Uint8Array => gzipSync(JSON.stringify({ schema: 'volley.bundle/1', files }))

describe('the bundle of a scenario', () => {
  it('comes back as it was', () => {
    const files = { 'scenario.mjs': CODE, 'data/accounts.csv': 'name\nada\n' }
    expect(decodeBundle(encodeBundle(files))).toEqual({ schema: 'volley.bundle/1', files })
  })

  it('has the same bytes whatever the order of its files', () => {
    const one = encodeBundle({ 'scenario.mjs': CODE, 'a.csv': 'x' })
    expect(encodeBundle({ 'a.csv': 'x', 'scenario.mjs': CODE })).toEqual(one)
    expect(encodeBundle({ 'a.csv': 'y', 'scenario.mjs': CODE })).not.toEqual(one)
  })

  it.each(['../x.csv', 'a/../../x.csv', '/etc/x.csv', 'a//x.csv', './x.csv', 'a\\..\\x', 'C:/x', ''])(
    'is refused with a file outside its folder: %s',
    (path) => {
      const files = { 'scenario.mjs': CODE, [path]: 'x' }
      expect(() => decodeBundle(packed(files))).toThrow('Invalid key in record')
    },
  )

  it('is refused without code, of another version, cut short, or as anything else', () => {
    expect(() => decodeBundle(packed({ 'x.csv': '' }))).toThrow('must hold scenario.mjs')
    const next = gzipSync(JSON.stringify({ schema: 'volley.bundle/2', files: { 'scenario.mjs': '' } }))
    const whole = encodeBundle({ 'scenario.mjs': CODE })
    for (const bytes of [next, whole.subarray(0, 30), Buffer.from(CODE), new Uint8Array()])
      expect(() => decodeBundle(bytes)).toThrow(expect.objectContaining({ code: 'SCENARIO_INVALID' }))
  })

  it('is refused when a few bytes would unpack to more than a function can hold', () => {
    const bomb = packed({ 'scenario.mjs': CODE, 'x.csv': 'x'.repeat(64_000_001) })
    expect(bomb.length).toBeLessThan(100_000)
    expect(() => decodeBundle(bomb)).toThrow(expect.objectContaining({ code: 'SCENARIO_INVALID' }))
  })
})

describe('the name of an uploaded scenario', () => {
  it('holds its whole hash', () => {
    expect(uploadedHash(`sha256:${HASH}`)).toBe(HASH)
    for (const other of [
      'codepal',
      HASH,
      `sha256:${HASH}0`,
      'sha256:../../x',
      `sha256:${HASH.toUpperCase()}`,
    ])
      expect(uploadedHash(other)).toBeUndefined()
  })

  it('is short where a run is called after it', () => {
    expect(shortName(`sha256:${HASH}`)).toBe('sha256-0123456789ab')
    expect(shortName('codepal')).toBe('codepal')
  })
})
