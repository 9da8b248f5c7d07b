import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { Stack } from 'aws-cdk-lib'
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Bucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { GENERATOR_MEMORY_MB } from '../../core/price/usage.ts'
import { GENERATOR_FLAGS } from '../../core/run/flags.ts'
import { MAX_INVOCATION_MS } from '../../core/run/relay.ts'
import { CODE_ROOT } from '../../package/own-files.ts'
import type { Settings } from '../settings/settings.ts'
import { grantChaosRights } from './chaos-rights.ts'
import type { Companion } from './function-code.ts'
import { PrivateNetwork } from './private-network.ts'
import { RunFunction } from './run-function.ts'

const SMALL_MB = 256
const MAX_S = MAX_INVOCATION_MS / 1_000

const REPORT_ASSETS = 'aggregator/report/html'

/** The functions that a run is made of. */
export class RunFunctions extends Construct {
  readonly plan: RunFunction
  readonly generator: RunFunction
  readonly aggregator: RunFunction
  readonly note: RunFunction
  readonly stop: RunFunction
  readonly tell: RunFunction

  constructor(scope: Construct, id: string, { bucket, settings }: { bucket: Bucket; settings: Settings }) {
    super(scope, id)
    const shared = { bucket, environment: environmentOf(this, bucket, settings) }
    const { reservedConcurrency } = settings
    const scenarios = { suites: true, scenarios: settings.scenarios }
    // They talk to the target: they see that it answers, load it, read its metrics, set it up and tear it down.
    const network = networkOf(this, settings)
    this.plan = new RunFunction(this, 'Plan', {
      ...shared,
      network,
      entry: 'functions/plan/handler.ts',
      reads: ['runs/*', 'scenarios/*'],
      writes: [
        'runs/*/plan.json',
        'runs/*/setup.json',
        'runs/*/start.json',
        'runs/*/request.json',
        'run-index/*',
      ],
      memoryMb: GENERATOR_MEMORY_MB,
      timeoutS: 300,
      actions: ['lambda:GetAccountSettings'],
      ...scenarios,
    })
    this.generator = new RunFunction(this, 'Generator', {
      ...shared,
      environment: { ...shared.environment, NODE_OPTIONS: GENERATOR_FLAGS.join(' ') },
      network,
      reservedConcurrency,
      entry: 'functions/generator/handler.ts',
      reads: ['runs/*', 'scenarios/*'],
      writes: ['runs/*/snapshots/*', 'runs/*/claims/*'],
      memoryMb: GENERATOR_MEMORY_MB,
      timeoutS: MAX_S,
      ...scenarios,
    })
    this.aggregator = new RunFunction(this, 'Aggregator', {
      ...shared,
      network,
      publishesIn: Stack.of(this).stackName,
      entry: 'aggregator/handler.ts',
      reads: ['runs/*', 'scenarios/*'],
      writes: ['runs/*'],
      memoryMb: GENERATOR_MEMORY_MB,
      timeoutS: MAX_S,
      actions: ['cloudwatch:GetMetricData', 'application-autoscaling:DescribeScalingActivities'],
      ...scenarios,
      // A run is judged once, however often it is asked for.
      retries: 2,
      companions: reportAssets(),
    })
    this.note = new RunFunction(this, 'Note', {
      ...shared,
      entry: 'functions/note/handler.ts',
      reads: [],
      writes: ['runs/*/relayed.json', 'runs/*/failures/*'],
      memoryMb: SMALL_MB,
      timeoutS: 30,
    })
    this.stop = new RunFunction(this, 'Stop', {
      ...shared,
      entry: 'functions/stop/handler.ts',
      environment: {
        ...shared.environment,
        VOLLEY_AGGREGATOR: this.aggregator.function.functionArn,
      },
      reads: ['runs/*/start.json', 'runs/*/verdict.json', 'runs/*/experiments/*'],
      writes: ['runs/*/STOP'],
      memoryMb: SMALL_MB,
      timeoutS: 30,
      // The one event that must not get lost, and may come twice: the first STOP counts.
      retries: 2,
    })
    new Policy(this, 'JudgePolicy', {
      roles: [this.stop.role],
      statements: [
        new PolicyStatement({
          actions: ['lambda:InvokeFunction'],
          resources: [this.aggregator.function.functionArn],
        }),
      ],
    })
    this.tell = new RunFunction(this, 'Tell', {
      ...shared,
      entry: 'functions/tell/handler.ts',
      reads: ['runs/*/verdict.json', 'runs/*/request.json', 'runs/*/live.json'],
      writes: [],
      memoryMb: SMALL_MB,
      timeoutS: 30,
    })
    if (settings.chaosTemplates.length > 0)
      grantChaosRights(this, {
        templates: settings.chaosTemplates,
        conductor: this.aggregator.role,
        stopper: this.stop.role,
      })
  }
}

function networkOf(scope: Construct, settings: Settings): PrivateNetwork | undefined {
  const { vpcId } = settings
  return vpcId === undefined ? undefined : new PrivateNetwork(scope, 'Network', { ...settings, vpcId })
}

export function environmentOf(scope: Construct, bucket: Bucket, settings: Settings): Record<string, string> {
  return {
    VOLLEY_BUCKET: bucket.bucketName,
    VOLLEY_ALLOWED_TARGETS: settings.allowedTargets.join(','),
    VOLLEY_CHAOS_TEMPLATES: settings.chaosTemplates.join(','),
    VOLLEY_MAX_BUDGET_USD: String(settings.maxBudgetUsd),
    VOLLEY_REGION: Stack.of(scope).region,
    VOLLEY_NAMESPACE: Stack.of(scope).stackName,
    ...(settings.reservedConcurrency !== undefined && {
      VOLLEY_RESERVED_CONCURRENCY: String(settings.reservedConcurrency),
    }),
  }
}

/** The page's styles and scripts, at the places where `assets.ts` looks for them. */
function reportAssets(): Companion[] {
  const { resolve } = createRequire(import.meta.url)
  const folders = ['style', 'client'].map((to) => ({
    from: fileURLToPath(new URL(`${REPORT_ASSETS}/${to}`, CODE_ROOT)),
    to,
  }))
  const files = ['package.json', 'dist/uPlot.iife.min.js', 'dist/uPlot.min.css'].map((file) => ({
    from: resolve(`uplot/${file}`),
    to: `node_modules/uplot/${file}`,
  }))
  return [...folders, ...files]
}
