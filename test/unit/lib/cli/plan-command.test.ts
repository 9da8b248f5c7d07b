import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { planCommand } from '../../../../lib/cli/plan-command.ts'
import type { Terminal } from '../../../../lib/cli/terminal/terminal.ts'

/** What the command shows of a scenario with these settings of `http`. */
async function shown(http: object): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'volley-plan-')), 'shop.mjs')
  const rest = `flows: { only: { run: async () => undefined } },
  profiles: { one: { executors: [{ executor: 'constant-vus', users: 1, duration: '1s' }] } },`
  await writeFile(
    file,
    `export default { name: 'shop', target: { url: 'http://127.0.0.1:1' }, http: ${JSON.stringify(http)}, ${rest} }`,
  )
  const lines: string[] = []
  const terminal = { out: (line: string) => void lines.push(line) } as Partial<Terminal> as Terminal
  await planCommand(file, {}, terminal)
  return lines.join('\n')
}

describe('the carrier of a plan', () => {
  it('is shown where it is undici, with the proxy and without its credentials', async () => {
    const proxy = 'http://ann:s3cret@127.0.0.1:3128'
    const text = await shown({ carrier: 'undici', proxy })
    expect(text).toMatch(/^carrier {4}undici, through http:\/\/\*\*\*@127\.0\.0\.1:3128$/m)
    expect(await shown({ carrier: 'undici' })).toMatch(/^carrier {4}undici$/m)
  })

  it('is not shown where it is the usual one', async () => {
    expect(await shown({})).not.toContain('carrier')
  })
})
