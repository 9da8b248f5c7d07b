/** The CDK app: `npx cdk deploy -c allowedTargets=https://staging.example.com -c maxBudgetUsd=50`. */
import { App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { explain, VolleyError } from '../lib/core/base/errors.ts'
import { LoadTestStack, stackName } from '../lib/infra/load-test-stack.ts'
import { checkSuites } from '../lib/infra/settings/check-suites.ts'
import { featureFlags } from '../lib/infra/settings/feature-flags.ts'
import { readSettings } from '../lib/infra/settings/settings.ts'

async function buildApp(): Promise<void> {
  const app = new App({ context: featureFlags() })
  const settings = readSettings((name) => app.node.tryGetContext(name))
  const shown = await checkSuites(settings)
  new LoadTestStack(app, stackName(settings), { settings, shown })
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
}

try {
  await buildApp()
} catch (error) {
  if (!(error instanceof VolleyError)) throw error
  process.stderr.write(`${explain(error)}\n`)
  process.exitCode = error.exitCode
}
