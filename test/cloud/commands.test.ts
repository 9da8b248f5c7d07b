import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { EXIT } from '../../lib/core/base/errors.ts'
import { exitCodeOf } from '../../lib/core/results/verdict.ts'
import { stopKey } from '../../lib/core/run/stop.ts'
import { startVolley, volley } from '../pipeline/volley.ts'
import { API, useDeployment } from './command-line.ts'
import { readJson, readVerdict, receivedBy, withTarget } from './deployment.ts'

useDeployment()

const steady = (target: { url: string }, duration: string): string[] => [
  'codepal',
  ...['--profile', 'steady', '--duration', duration, '--generators', '3', '--target', target.url],
]

describe('the commands of the cloud, over the deployed API', () => {
  it('start a run, wait for its verdict, list it and print its reports', async () => {
    await withTarget(async (target) => {
      const args = [...steady(target, '4s'), '--run', 'cli']
      const { code, stdout } = await volley('start', ...args, '--wait', '--json')
      const verdict = await readVerdict('cli')
      expect(JSON.parse(stdout)).toEqual(verdict)
      expect(verdict.requests.count).toBe(await receivedBy(target))
      expect(code, verdict.reasons.join('\n')).toBe(exitCodeOf(verdict.state))
      expect(verdict.coverage).toMatchObject({ generators: { planned: 3, seen: 3 }, arrivals: 1 })
      expect((await volley('start', ...args)).stdout).toBe('cli\n')
      expect((await volley('runs')).stdout).toMatch(
        new RegExp(`^cli +\\S+ \\S+Z +steady +\\$0\\.\\d+ +${verdict.state}`, 'm'),
      )
      expect((await volley('report', 'cli', '--format', 'junit')).stdout).toContain('<testsuites')
      expect(await receivedBy(target)).toBe(verdict.requests.count)
    })
  })

  it('stop a run that somebody else follows', async () => {
    await withTarget(async (target) => {
      await volley('start', ...steady(target, '120s'), '--run', 'halted')
      const { outcome } = startVolley('watch', 'halted', '--json')
      while ((await receivedBy(target)) === 0) await sleep(100)
      expect((await volley('stop', 'halted')).stdout).toBe('halted is stopping\n')
      const { code, stdout } = await outcome
      expect(code).toBe(EXIT.inconclusive)
      expect(JSON.parse(stdout).reasons[0]).toBe('the run was stopped by user: stopped through the API')
    })
  })

  it('stop the run at Ctrl-C, and tell its verdict', async () => {
    await withTarget(async (target) => {
      const { process: child, outcome } = startVolley(
        'start',
        ...steady(target, '120s'),
        '--run',
        'cut',
        '--wait',
      )
      while ((await receivedBy(target)) === 0) await sleep(100)
      child.kill('SIGINT')
      const { code, stderr } = await outcome
      expect(stderr).toContain('cut is stopping\n')
      expect(code).toBe(EXIT.stopped)
      expect(await readJson(stopKey('cut'))).toEqual({ by: 'user', reason: 'stopped through the API' })
      expect(await readVerdict('cut')).toMatchObject({ state: 'inconclusive' })
    })
  })

  it('refuse what the deployment would refuse, before anything starts', async () => {
    const { code, stderr } = await volley(
      'start',
      'codepal',
      '--target',
      'http://example.com',
      '--profile',
      'no',
    )
    expect(stderr).toContain(
      '--target: example.com\n    allowed: what the deployment allows: nothing so far\n',
    )
    expect(stderr).toContain('--profile: no\n')
    expect(code).toBe(EXIT.badInput)
  })

  it('refuse more generators than the account has room for, at a quote already', async () => {
    const target = ['--target', 'http://127.0.0.1:1']
    const { code, stderr } = await volley('quote', 'codepal', ...target, '--generators', '1000')
    expect(stderr).toContain('--generators: 1000, 1000 at once')
    expect(stderr).toContain(
      "concurrent executions that the account has left, 4 of them for Volley's other functions",
    )
    expect(code).toBe(EXIT.badInput)
  })
})

describe('the deployed API', () => {
  it('answers no call that is not signed', async () => {
    expect((await fetch(`${API}/runs`)).status).toBe(403)
  })
})
