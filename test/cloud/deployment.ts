import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  DescribeStateMachineCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import { inject } from 'vitest'
import { S3Store } from '../../lib/adapters/snapshot-store/s3.ts'
import { parseLoadRequest } from '../../lib/core/plan/make-plan.ts'
import { type Plan, planKey, planSchema } from '../../lib/core/plan/plan.ts'
import { makeCloudPlan } from '../../lib/core/price/cloud-plan.ts'
import { decodeSnapshot, type Snapshot, snapshotPrefix } from '../../lib/core/results/snapshot.ts'
import { type Summary, summarySchema } from '../../lib/core/results/summary.ts'
import { type Verdict, verdictSchema } from '../../lib/core/results/verdict.ts'
import { handoversOf, type Planned, RELAY_LEAD_MS, startLeadMs } from '../../lib/core/run/relay.ts'
import { setupKey } from '../../lib/core/run/setup.ts'
import { deployedModule } from '../../lib/scenario/deployed-scenario.ts'
import { loadScenario } from '../../lib/scenario/scenario-file.ts'
import type { ModelTarget } from '../../lib/target/model.ts'
import { spawnModelTarget } from '../../lib/target/spawn.ts'

/** A load without a request for this long is over. */
const QUIET_MS = 3_000

const environment = inject('cloudEnvironment')
const outputs = inject('outputs')

export const client = {
  region: environment.AWS_REGION as string,
  endpoint: environment.AWS_ENDPOINT_URL as string,
  credentials: {
    accessKeyId: environment.AWS_ACCESS_KEY_ID as string,
    secretAccessKey: environment.AWS_SECRET_ACCESS_KEY as string,
  },
}
export const s3 = new S3Client(client)
export const stepFunctions = new SFNClient(client)
export const lambda = new LambdaClient(client)
export const store = new S3Store(s3, outputs.BucketName as string)

/** Starts an execution as the console does; returns its ARN. */
export async function start(name: string, input: object): Promise<string> {
  const { executionArn } = await stepFunctions.send(
    new StartExecutionCommand({
      stateMachineArn: outputs.StateMachineArn,
      name,
      input: JSON.stringify(input),
    }),
  )
  return executionArn as string
}

/** The plan of CodePal's steady load, made here. */
export async function planOf(run: string, request: object): Promise<Plan> {
  const { scenario } = await loadScenario('codepal')
  const load = parseLoadRequest({ profile: 'steady', ...request })
  const facts = { run, module: deployedModule('codepal'), seed: 7, region: client.region, maxBudgetUsd: 10 }
  return makeCloudPlan(scenario, load, { ...facts, targetUrl: load.target as string })
}

/** Starts a run of a plan as it is: an execution of the deployed definition without its planning. */
export async function startPlanned(plan: Plan): Promise<string> {
  const { StateMachineArn: stateMachineArn } = outputs
  const deployed = await stepFunctions.send(new DescribeStateMachineCommand({ stateMachineArn }))
  const definition = { ...JSON.parse(deployed.definition as string), StartAt: 'Make load' }
  const planned = await stepFunctions.send(
    new CreateStateMachineCommand({
      name: `planned-${plan.run}`,
      roleArn: deployed.roleArn,
      definition: JSON.stringify(definition),
    }),
  )
  const { run, durationMs, gracefulStopMs, windowMs } = plan
  const startAtMs = Date.now() + startLeadMs(plan.slices)
  const deadlineAtMs = startAtMs + durationMs + gracefulStopMs
  await store.put(planKey(run), JSON.stringify(plan))
  await store.put(setupKey(run), '{}')
  const input: Planned = {
    ...{ run, startAtMs, deadlineAtMs, durationMs, windowMs, settleSeconds: 0 },
    relayLeadMs: RELAY_LEAD_MS,
    handovers: handoversOf(plan),
  }
  const { executionArn } = await stepFunctions.send(
    new StartExecutionCommand({
      stateMachineArn: planned.stateMachineArn,
      name: run,
      input: JSON.stringify(input),
    }),
  )
  return executionArn as string
}

/** The deployed generator's name. */
export async function generatorFunction(): Promise<string> {
  const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}))
  const found = Functions.find(({ FunctionName }) => FunctionName?.includes('FunctionsGenerator'))
  return found?.FunctionName as string
}

/** Waits until the bucket has an object. */
export async function written(key: string): Promise<void> {
  while (!(await store.get(key))) await sleep(20)
}

/** The execution once it is over. */
export async function ended(executionArn: string): Promise<DescribeExecutionCommandOutput> {
  for (;;) {
    const execution = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }))
    if (execution.status !== 'RUNNING') return execution
    await sleep(500)
  }
}

/** CodePal's model target on this machine, for as long as `use` takes. */
export async function withTarget<T>(use: (target: ModelTarget) => Promise<T>): Promise<T> {
  const model = pathToFileURL('scenarios/codepal/target.ts').href
  const target = await spawnModelTarget(model, { port: 0, condition: 'healthy', seed: 3 })
  try {
    return await use(target)
  } finally {
    await target.close()
  }
}

/** Waits until the target has received some requests: the load is on. */
export async function underLoad(target: ModelTarget): Promise<void> {
  while ((await receivedBy(target)) < 20) await sleep(100)
}

/** How long the target still received requests from now on, in milliseconds. */
export async function quietAfterMs(target: ModelTarget): Promise<number> {
  const fromMs = performance.now()
  let lastMs = fromMs
  let received = await receivedBy(target)
  while (performance.now() < lastMs + QUIET_MS) {
    await sleep(50)
    const now = await receivedBy(target)
    if (now > received) lastMs = performance.now()
    received = now
  }
  return lastMs - fromMs
}

/** Requests the target has received. */
export async function receivedBy({ url }: ModelTarget): Promise<number> {
  const response = await fetch(`${url}/_model/stats`)
  return ((await response.json()) as { requests: number }).requests
}

export async function keysUnder(prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const key of store.list(prefix)) keys.push(key)
  return keys.sort()
}

/** Every snapshot of a run. */
export async function readSnapshots(run: string): Promise<Snapshot[]> {
  const keys = await keysUnder(snapshotPrefix(run))
  return Promise.all(keys.map(async (key) => decodeSnapshot((await store.get(key)) as Uint8Array, key)))
}

export async function readPlan(run: string): Promise<Plan> {
  return planSchema.parse(await readJson(planKey(run)))
}

export async function readVerdict(run: string): Promise<Verdict> {
  return verdictSchema.parse(await readJson(`runs/${run}/verdict.json`))
}

export async function readSummary(run: string): Promise<Summary> {
  return summarySchema.parse(await readJson(`runs/${run}/summary.json`))
}

export async function readJson(key: string): Promise<unknown> {
  const body = await store.get(key)
  if (!body) throw new Error(`the bucket has no ${key}`)
  return JSON.parse(new TextDecoder().decode(body))
}
