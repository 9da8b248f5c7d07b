import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { explain, type VolleyError } from '../../../../lib/core/base/errors.ts'
import { pythonEnvironment } from '../../../../lib/local-cloud/python-environment.ts'

afterEach(() => vi.unstubAllEnvs())

it('a machine without Python is told what to install', async () => {
  const empty = await mkdtemp(join(tmpdir(), 'volley-no-python-'))
  vi.stubEnv('PATH', empty)
  const error = await pythonEnvironment(empty).catch((error: VolleyError) => error)
  expect(explain(error as VolleyError)).toBe(
    [
      'SETUP_FAILED: the local cloud cannot be set up',
      '  python: python3 not found, too old, or without venv',
      '    allowed: Python 3.10 or later with venv and pip',
      '    next:    install Python and its venv module (Debian, Ubuntu: apt install python3 python3-venv)',
    ].join('\n'),
  )
})
