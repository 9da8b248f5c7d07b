import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const text = readFileSync('examples/github-actions.yml', 'utf8')
const calls = [...text.matchAll(/node bin\/volley\.mjs (\w+) ([^\n]*)/g)].map(([, command, rest]) => ({
  command: command as string,
  flags: [...(rest as string).matchAll(/--[a-z-]+/g)].map(([flag]) => flag),
}))

describe('the example for GitHub Actions', () => {
  it('uses commands and flags that there are', () => {
    expect(new Set(calls.map(({ command }) => command))).toEqual(
      new Set(['start', 'stop', 'watch', 'report']),
    )
    for (const { command, flags } of calls) {
      const help = execFileSync(process.execPath, ['bin/volley.mjs', command, '--help'], { encoding: 'utf8' })
      for (const flag of flags) expect(help, `volley ${command}`).toContain(`${flag} `)
    }
  })

  it('names the run once for all steps, so that a cancelled job can stop it', () => {
    expect(calls.find(({ command }) => command === 'start')?.flags).toEqual([
      '--profile',
      '--budget',
      '--run',
      '--wait',
    ])
    expect(text).toMatch(/if: cancelled\(\)\n(?: +#.*\n)* +run: \|\n +node bin\/volley\.mjs stop "\$RUN"/)
  })
})
