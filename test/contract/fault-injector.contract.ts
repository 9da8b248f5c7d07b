import { describe, expect, it } from 'vitest'
import type { FaultInjector } from '../../lib/ports.ts'

export interface OpenedInjector {
  injector: FaultInjector
  /** A template that there is. */
  template: string
  /** Epoch milliseconds at which experiments start. */
  startsAtMs: number
  /** Lets an experiment come to its own end. */
  complete(id: string): void
}

/** What every injector does, whoever injects. */
export function faultInjectorContract(name: string, open: () => Promise<OpenedInjector>): void {
  const started = async (): Promise<OpenedInjector & { id: string }> => {
    const opened = await open()
    const answer = await opened.injector.start(opened.template, 'r1/peak/0')
    return { ...opened, id: 'id' in answer ? answer.id : answer.refused }
  }

  describe(`${name} as a fault injector`, () => {
    it('starts an experiment, and says since when it goes on', async () => {
      const { injector, id, startsAtMs } = await started()
      expect(await injector.state(id)).toMatchObject({ state: 'running', startedAtMs: startsAtMs })
    })

    it('starts one for a token, and another one for another', async () => {
      const { injector, template, id } = await started()
      expect(await injector.start(template, 'r1/peak/0')).toEqual({ id })
      expect(await injector.start(template, 'r1/peak/1')).not.toEqual({ id })
    })

    it('refuses a template that there is not, and says so', async () => {
      const { injector } = await open()
      expect(await injector.start('EXTnone', 'r1/peak/0')).toEqual({
        refused: expect.stringContaining('no template EXTnone'),
      })
    })

    it('stops an experiment, and another time changes nothing', async () => {
      const { injector, id } = await started()
      await injector.stop(id)
      const fault = await injector.state(id)
      expect(fault).toMatchObject({ state: 'stopped', endedAtMs: expect.any(Number) })
      await injector.stop(id)
      expect(await injector.state(id)).toEqual(fault)
    })

    it('leaves one as it is that has come to its own end', async () => {
      const { injector, id, complete } = await started()
      complete(id)
      await injector.stop(id)
      expect(await injector.state(id)).toMatchObject({ state: 'completed', endedAtMs: expect.any(Number) })
    })

    it('throws for an experiment that there is not', async () => {
      const { injector } = await open()
      await expect(injector.state('EXP999')).rejects.toThrow()
      await expect(injector.stop('EXP999')).rejects.toThrow()
    })
  })
}
