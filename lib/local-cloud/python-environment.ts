import { execFile } from 'node:child_process'
import { access, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { VolleyError } from '../core/base/errors.ts'

/** The release of the local cloud that the cloud tests were made with. */
const MINISTACK = 'ministack==1.5.33'
const PYTHON = 'python3'

const run = promisify(execFile)

/**
 * A virtual environment with the local cloud in it, made on first use; returns the path of its program.
 * Throws `SETUP_FAILED` that says what to install where there is no Python.
 */
export async function pythonEnvironment(directory: string): Promise<string> {
  const venv = join(directory, 'venv')
  const program = join(venv, 'bin', 'ministack')
  const marker = join(venv, 'installed.txt')
  if ((await readFile(marker, 'utf8').catch(() => '')) === MINISTACK) return program
  await attempt(PYTHON, ['-c', 'import sys, venv; sys.exit(sys.version_info < (3, 10))'], {
    value: `${PYTHON} not found, too old, or without venv`,
    next: 'install Python and its venv module (Debian, Ubuntu: apt install python3 python3-venv)',
  })
  await attempt(PYTHON, ['-m', 'venv', '--clear', venv], {
    value: `${PYTHON} -m venv failed`,
    next: 'install the venv module (Debian, Ubuntu: apt install python3-venv)',
  })
  await attempt(join(venv, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', MINISTACK], {
    value: `pip install ${MINISTACK} failed`,
    next: 'see that this machine reaches a Python package index',
  })
  await access(program)
  await writeFile(marker, MINISTACK)
  return program
}

async function attempt(
  program: string,
  args: string[],
  problem: { value: string; next: string },
): Promise<void> {
  try {
    await run(program, args)
  } catch (error) {
    const said = String((error as { stderr?: string }).stderr ?? '').trim()
    throw new VolleyError('SETUP_FAILED', 'the local cloud cannot be set up', [
      {
        field: 'python',
        value: said === '' ? problem.value : `${problem.value}: ${said.split('\n').at(-1)}`,
        limit: 'Python 3.10 or later with venv and pip',
        next: problem.next,
      },
    ])
  }
}
