import type { IncomingMessage } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling'
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import type { AwsClients } from '../../lib/adapters/metrics-source/aws-clients.ts'
import { metricsServer } from './metrics-server.ts'

interface WireQuery {
  Id: string
  MetricStat: { Metric: { MetricName: string; Dimensions: { Name: string; Value: string }[] }; Stat: string }
}

/** What the SDK asks for, as it is on the wire: times are epoch seconds. */
export interface AwsCall {
  operation: string
  input: { NextToken?: string; MetricDataQueries?: WireQuery[] }
}

/** Answers an operation; what is thrown becomes an error of AWS. */
export type AwsAnswer = (call: AwsCall) => object

export interface AwsServer {
  calls: AwsCall[]
  clients: AwsClients
  close(): Promise<void>
}

/** A server that speaks the JSON protocol of the SDK, and clients that talk to it. */
export async function awsServer(answer: AwsAnswer): Promise<AwsServer> {
  const calls: AwsCall[] = []
  const server = await metricsServer(async (request, response) => {
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? ''
    const call = { operation, input: JSON.parse(await bodyOf(request)) }
    calls.push(call)
    response.setHeader('content-type', 'application/x-amz-json-1.0')
    try {
      response.end(JSON.stringify(answer(call)))
    } catch (error) {
      response.statusCode = 400
      response.end(JSON.stringify({ __type: 'AccessDenied', message: (error as Error).message }))
    }
  })
  const settings = {
    endpoint: server.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  }
  return {
    calls,
    clients: {
      cloudWatch: async () => new CloudWatchClient(settings),
      autoScaling: async () => new ApplicationAutoScalingClient(settings),
    },
    close: server.close,
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of request) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  // The SDK compresses large requests.
  return (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('utf8')
}

/** The answer to GetMetricData: points by metric and statistic, as [epoch seconds, value]. */
export function metricData(
  { input }: AwsCall,
  pointsOf: (name: string, statistic: string, dimensions: Record<string, string>) => [number, number][],
): { MetricDataResults: object[] } {
  const results = (input.MetricDataQueries ?? []).map(({ Id, MetricStat: { Metric, Stat } }) => {
    const dimensions = Object.fromEntries(Metric.Dimensions.map(({ Name, Value }) => [Name, Value]))
    const points = pointsOf(Metric.MetricName, Stat, dimensions)
    return {
      Id,
      StatusCode: 'Complete',
      Timestamps: points.map(([at]) => at),
      Values: points.map(([, value]) => value),
    }
  })
  return { MetricDataResults: results }
}
