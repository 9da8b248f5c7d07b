import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { S3Client } from '@aws-sdk/client-s3'
import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import { inject } from 'vitest'
import { S3Store } from '../../lib/adapters/snapshot-store/s3.ts'
import { type Summary, summarySchema } from '../../lib/core/summary.ts'
import { type Verdict, verdictSchema } from '../../lib/core/verdict.ts'
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
