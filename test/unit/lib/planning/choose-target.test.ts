import { describe, expect, it } from 'vitest'
import { parseLoadRequest } from '../../../../lib/core/plan/make-plan.ts'
import { chooseTarget } from '../../../../lib/planning/choose-target.ts'
import type { LoadedScenario } from '../../../../lib/scenario/scenario-file.ts'

const loaded = {
  scenario: { name: 'shop', target: { environments: {} } },
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

  it.each(['ftp://ann:s3cret@host', 'ann:s3cret@host', 'http://ann:s3/cret@host'])(
    'is refused as %s without telling the password',
    (target) => {
      expect(() => choose(target)).toThrow(
        expect.objectContaining({ message: expect.not.stringMatching(/s3|cret/) }),
      )
    },
  )
})
