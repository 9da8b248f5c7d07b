import type { TestProject } from 'vitest/node'
import { explain, VolleyError } from '../../lib/core/base/errors.ts'
import { LocalCloud } from '../../lib/local-cloud/local-cloud.ts'
import { NIGHTLY } from './nightly.ts'

declare module 'vitest' {
  interface ProvidedContext {
    cloudEnvironment: Record<string, string>
    outputs: Record<string, string>
    cloudProcess: number
  }
}

/** One cloud, bootstrapped and deployed to, for all cloud tests. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  try {
    const cloud = await LocalCloud.start()
    try {
      project.provide('cloudEnvironment', cloud.environment)
      project.provide('cloudProcess', cloud.pid)
      const settings = {
        keepResults: 'true',
        chaosTemplates: 'EXTallowed',
        dashboard: 'codepal',
        schedules: JSON.stringify([NIGHTLY]),
      }
      project.provide('outputs', await cloud.deploy(settings))
      return () => cloud.stop()
    } catch (error) {
      await cloud.stop()
      throw error
    }
  } catch (error) {
    throw error instanceof VolleyError ? new Error(explain(error)) : error
  }
}
