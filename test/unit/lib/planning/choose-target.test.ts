import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { parseLoadRequest } from '../../../../lib/core/plan/make-plan.ts'
import { chooseTarget, reachTarget } from '../../../../lib/planning/choose-target.ts'
import type { LoadedScenario } from '../../../../lib/scenario/scenario-file.ts'

const loaded = {
  scenario: { name: 'shop', http: {}, target: { environments: {} } },
  module: '',
} as unknown as LoadedScenario
const choose = (target: string) => chooseTarget(loaded, parseLoadRequest({ target }))

describe('the target of a run', () => {
  it('may hold a user name and a password in percent-encoded UTF-8', () => {
    const url = 'http://ann:p%C3%A4ss%25%40@127.0.0.1:1'
    expect(choose(url)).toEqual({ url })
  })

  it.each(['100%', '%zz', '%E4'])('is refused with the password %s, and says how to write it', (password) => {
    expect(() => choose(`http://ann:${password}@127.0.0.1:1`)).toThrow(
      expect.objectContaining({
        code: 'INPUT_INVALID',
        exitCode: 2,
        message: 'http://***@127.0.0.1:1 is no target',
        mistakes: [
          {
            field: '--target',
            value: 'http://***@127.0.0.1:1',
            limit: 'a user name and password in percent-encoded UTF-8',
            next: 'write them in percent-encoded UTF-8, where a % is %25 and an @ is %40',
          },
        ],
      }),
    )
  })

  it('is refused with a proxy that is not allowed, also where the target is', () => {
    const through = (proxy: string, allow: string[]) =>
      chooseTarget(
        { ...loaded, scenario: { ...loaded.scenario, http: { proxy } } } as LoadedScenario,
        parseLoadRequest({ target: 'http://127.0.0.1:1', allow }),
      )
    expect(() => through('http://ann:s3cret@proxy.example:3128', ['shop.example'])).toThrow(
      expect.objectContaining({
        code: 'TARGET_NOT_ALLOWED',
        message: 'the proxy is refused: proxy.example:3128 is not an allowed target',
        mistakes: [
          {
            field: 'http.proxy',
            value: 'proxy.example',
            limit: 'loopback, and hosts named with --allow',
            next: 'add --allow proxy.example if it is yours to load',
          },
        ],
      }),
    )
    const url = 'http://127.0.0.1:1'
    expect(through('http://proxy.example:3128', ['proxy.example:3128'])).toEqual({ url })
    expect(through('http://127.0.0.1:3128', [])).toEqual({ url })
    expect(() => through('http://169.254.169.254', ['169.254.169.254'])).toThrow('link-local')
  })

  it.each(['ftp://ann:s3cret@host', 'ann:s3cret@host', 'http://ann:s3/cret@host'])(
    'is refused as %s without telling the password',
    (target) => {
      expect(() => choose(target)).toThrow(
        expect.objectContaining({ message: expect.not.stringMatching(/s3|cret/) }),
      )
    },
  )
})

describe('the way to a target', () => {
  it('begins at the proxy where there is one, whose credentials are not told', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const proxy = `http://ann:s3cret@127.0.0.1:${port}`
    await reachTarget('http://shop.example', { allow: [], proxy })
    await new Promise((resolve) => server.close(resolve))
    await expect(reachTarget('http://shop.example', { allow: [], proxy })).rejects.toMatchObject({
      code: 'TARGET_UNREACHABLE',
      message: expect.stringContaining(`nothing answers at the proxy http://***@127.0.0.1:${port}: `),
      mistakes: [{ field: 'http.proxy', value: `http://***@127.0.0.1:${port}` }],
    })
  })
})
