import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import cdkJson from '../../cdk.json' with { type: 'json' }
import { LoadTestStack } from '../../lib/infra/load-test-stack.ts'
import { readSettings } from '../../lib/infra/settings.ts'

export interface Resource {
  Type: string
  Properties: Record<string, unknown>
  DeletionPolicy?: string
}

/** The app with a stack of some settings; the code of its functions is left out. */
export function synthesized(context: Record<string, unknown> = {}): { app: App; stack: LoadTestStack } {
  const app = new App({
    context: { ...cdkJson.context, 'aws:cdk:bundling-stacks': [] },
    outdir: mkdtempSync(join(tmpdir(), 'volley-synth-')),
  })
  const settings = readSettings((name) => context[name])
  return { app, stack: new LoadTestStack(app, 'Volley', { settings }) }
}

/** The resources of the synthesized template by their logical ids. */
export function resourcesOf(context?: Record<string, unknown>): Record<string, Resource> {
  return Template.fromStack(synthesized(context).stack).toJSON().Resources as Record<string, Resource>
}

export function ofType(resources: Record<string, Resource>, type: string): [id: string, Resource][] {
  return Object.entries(resources).filter(([, resource]) => resource.Type === type)
}
