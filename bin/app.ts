/** The CDK app: `npx cdk deploy -c allowedTargets=https://staging.example.com -c maxBudgetUsd=50`. */
import { App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { LoadTestStack, stackName } from '../lib/infra/load-test-stack.ts'
import { readSettings } from '../lib/infra/settings.ts'

const app = new App()
const settings = readSettings((name) => app.node.tryGetContext(name))
new LoadTestStack(app, stackName(settings), { settings })
Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
