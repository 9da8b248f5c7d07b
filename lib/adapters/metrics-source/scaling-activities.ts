import type { ApplicationAutoScalingClient, ScalingActivity } from '@aws-sdk/client-application-auto-scaling'
import type { CloudwatchSource } from '../../core/scenario/cloudwatch-source.ts'
import type { AwsClients } from './aws-clients.ts'
import { nothing, type Reading, reasonOf } from './reading.ts'

const MAX_PAGES = 20

type ScaleOutReadings = Record<'began' | 'ready', Reading>

/** How many scale-outs of an ECS service there had been in the run, at its start and whenever there was one more. */
export async function readScaleOuts(
  { resource, region }: CloudwatchSource,
  clients: AwsClients,
  run: { fromMs: number; toMs: number },
): Promise<ScaleOutReadings> {
  if (resource.type !== 'ecs') return both(nothing(`${resource.type} has no scaling activities`))
  try {
    const client = await clients.autoScaling(region)
    const scaleOuts = await scaleOutsOf(client, resource).finally(() => client.destroy())
    if (scaleOuts === undefined)
      return both(nothing(`service/${resource.cluster}/${resource.service} has no scaling activities`))
    return {
      began: counted(
        scaleOuts.map(({ beganAtMs }) => beganAtMs),
        run,
      ),
      ready: counted(
        scaleOuts.flatMap(({ readyAtMs }) => readyAtMs ?? []),
        run,
      ),
    }
  } catch (error) {
    return both(nothing(`scaling activities could not be read: ${reasonOf(error)}`))
  }
}

function both(reading: Reading): ScaleOutReadings {
  return { began: reading, ready: reading }
}

function counted(times: readonly number[], { fromMs, toMs }: { fromMs: number; toMs: number }): Reading {
  const within = times.filter((at) => at > fromMs && at <= toMs).sort((a, b) => a - b)
  const steps = within.map((at, i): [number, number] => [at, i + 1])
  return { points: [[fromMs, 0], ...steps, [toMs, within.length]] }
}

/** One time that the desired count of an ECS service was raised. Epoch milliseconds. */
interface ScaleOut {
  beganAtMs: number
  /** When all of its tasks ran; absent where they do not yet, or never did. */
  readyAtMs?: number
}

/**
 * The scale-outs of a service, the oldest first: activities that set a count above the one before. For the first one
 * that is known, the name of the alarm behind it tells. `undefined` where AWS knows of no activity at all.
 */
async function scaleOutsOf(
  client: ApplicationAutoScalingClient,
  { cluster, service }: { cluster: string; service: string },
): Promise<ScaleOut[] | undefined> {
  const activities = (await readActivities(client, `service/${cluster}/${service}`))
    .flatMap((activity) => {
      const count = Number(/(\d+)\.?$/.exec(activity.Description ?? '')?.[1])
      return activity.StartTime === undefined || Number.isNaN(count)
        ? []
        : [{ ...activity, count, beganAtMs: activity.StartTime.getTime() }]
    })
    .sort((a, b) => a.beganAtMs - b.beganAtMs)
  if (activities.length === 0) return undefined
  return activities
    .filter(({ count, Cause }, i) => {
      const before = activities[i - 1]
      return before === undefined ? !Cause?.includes('AlarmLow') : count > before.count
    })
    .map(({ beganAtMs, StatusCode, EndTime }) => ({
      beganAtMs,
      ...(StatusCode === 'Successful' && EndTime !== undefined && { readyAtMs: EndTime.getTime() }),
    }))
}

async function readActivities(
  client: ApplicationAutoScalingClient,
  resource: string,
): Promise<ScalingActivity[]> {
  const { DescribeScalingActivitiesCommand } = await import('@aws-sdk/client-application-auto-scaling')
  const activities: ScalingActivity[] = []
  let token: string | undefined
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await client.send(
      new DescribeScalingActivitiesCommand({
        ServiceNamespace: 'ecs',
        ResourceId: resource,
        ...(token !== undefined && { NextToken: token }),
      }),
    )
    activities.push(...(answer.ScalingActivities ?? []))
    token = answer.NextToken
    if (token === undefined) return activities
  }
  throw new Error(`there are more than ${MAX_PAGES} pages of them`)
}
