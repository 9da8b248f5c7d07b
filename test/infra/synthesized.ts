import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, Validations } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { AwsSolutionsChecks } from 'cdk-nag'
import cdkJson from '../../cdk.json' with { type: 'json' }
import { checkScenario } from '../../lib/core/scenario/check-scenario.ts'
import { LoadTestStack, stackName } from '../../lib/infra/load-test-stack.ts'
import { readSettings } from '../../lib/infra/settings/settings.ts'
import codepal from '../../scenarios/codepal/scenario.ts'

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
  const shown = settings.dashboard && checkScenario(codepal).scenario
  return { app, stack: new LoadTestStack(app, stackName(settings), { settings, shown }) }
}

/** The resources of the synthesized template by their logical ids. */
export function resourcesOf(context?: Record<string, unknown>): Record<string, Resource> {
  return Template.fromStack(synthesized(context).stack).toJSON().Resources as Record<string, Resource>
}

/** What cdk-nag finds fault with in the stack of some settings. */
export function faultsOf(context: Record<string, unknown>): unknown[] {
  const { app } = synthesized(context)
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  const report = join(app.synth().directory, 'validation-report.json')
  const { pluginReports } = JSON.parse(readFileSync(report, 'utf8')) as {
    pluginReports: { violations: object[] }[]
  }
  return pluginReports.flatMap(({ violations }) => violations)
}

export interface Statement {
  Effect: string
  Action: string | string[]
  Resource: unknown
  Condition?: unknown
}

/** The statements of all policies that a role has. */
export function statementsOf(resources: Record<string, Resource>, role: string): Statement[] {
  return ofType(resources, 'AWS::IAM::Policy')
    .filter(([, { Properties }]) => JSON.stringify(Properties.Roles).includes(role))
    .flatMap(([, { Properties }]) => (Properties.PolicyDocument as { Statement: Statement[] }).Statement)
}

export function ofType(resources: Record<string, Resource>, type: string): [id: string, Resource][] {
  return Object.entries(resources).filter(([, resource]) => resource.Type === type)
}
