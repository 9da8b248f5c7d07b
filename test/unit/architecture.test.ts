import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const tracked = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.mjs', '*.js'],
  {
    encoding: 'utf8',
  },
)
const sources = tracked
  .split('\n')
  .filter((file) => /^(bin|lib|functions|aggregator|scenarios)\//.test(file))
  .map((file) => ({ file, text: readFileSync(file, 'utf8') }))

const filesWith = (pattern: RegExp): string[] =>
  sources.filter(({ text }) => pattern.test(text)).map(({ file }) => file)

describe('the house', () => {
  it('ends the process in one place', () => {
    expect(filesWith(/process\.exit\(/)).toEqual(['lib/user-code/exit-guard.ts'])
  })

  it('makes its load itself, and all other requests by undici, which is loaded only where it is used', () => {
    expect(filesWith(/import\('undici'\)/)).toEqual([
      // A carrier of the load, where a scenario chooses it.
      'functions/generator/http-client/route.ts',
      'lib/adapters/http-sender.ts',
    ])
    expect(filesWith(/^import (?!type).* from 'undici'$/m)).toEqual([])
    expect(filesWith(/from 'node:http2'/)).toEqual([])
    expect(filesWith(/import \{[^}]*\brequest\b[^}]*\} from 'node:https?'/)).toEqual([])
    const handedIn = filesWith(/\bFetchText\b/)
    expect(filesWith(/(?<![.\w])fetch\(/).filter((file) => !handedIn.includes(file))).toEqual([])
  })

  it('loads the library that writes histograms for other tools only where they are asked for', () => {
    expect(filesWith(/import\('hdr-histogram-js'\)$/m)).toEqual(['aggregator/report/data/hdr.ts'])
    expect(filesWith(/^import (?!type).* from 'hdr-histogram-js/m)).toEqual([])
  })

  it('takes memory that may hold what others sent only where it is written as a whole, or never sent', () => {
    expect(new Set(filesWith(/allocUnsafe/))).toEqual(
      new Set([
        // Sent, and checked.
        'functions/generator/http/written-bytes.ts',
        'functions/generator/messages/frame.ts',
        // Read into, and given out in copies.
        'functions/generator/http/body-buffer.ts',
        'functions/generator/http1/response-parser.ts',
        'functions/generator/http2/field-table.ts',
        'functions/generator/http2/hpack-decoder.ts',
        'functions/generator/net/held-bytes.ts',
        'functions/generator/net/read-into.ts',
      ]),
    )
  })

  it('reads the clock and draws chance only at its edges', () => {
    expect(
      filesWith(/Date\.now\(|Math\.random\(|new Date\(\)/).filter((file) => file.startsWith('lib/core/')),
    ).toEqual([])
  })

  it('has no file that is too long to take in', () => {
    const long = sources.filter(({ text }) => text.split('\n').length > 300).map(({ file }) => file)
    expect(long).toEqual([])
  })

  it('has no file named after nothing', () => {
    const vague = sources.filter(({ file }) => /\/(utils?|helpers?|common|misc|shared)(\/|\.)/.test(file))
    expect(vague).toEqual([])
  })
})
