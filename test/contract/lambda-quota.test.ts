import { LambdaClient } from '@aws-sdk/client-lambda'
import { describe, expect, it } from 'vitest'
import { readConcurrency } from '../../lib/adapters/account/lambda-quota.ts'
import { VolleyError } from '../../lib/core/base/errors.ts'
import { metricsServer } from './metrics-server.ts'

const clientOf = (endpoint: string): LambdaClient =>
  new LambdaClient({
    endpoint,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })

describe('what an account has left for functions', () => {
  it('is what it has not reserved', async () => {
    const server = await metricsServer((request, response) => {
      expect(request.url).toBe('/2016-08-19/account-settings')
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ AccountLimit: { UnreservedConcurrentExecutions: 870 } }))
    })
    expect(await readConcurrency(clientOf(server.url))).toEqual({ unreserved: 870 })
    await server.close()
  })

  it('is a refusal to start where nobody answers, as in a VPC without a way to Lambda', async () => {
    const server = await metricsServer(() => undefined)
    await server.close()
    const error = await readConcurrency(clientOf(server.url)).catch((thrown: unknown) => thrown)
    if (!(error instanceof VolleyError)) throw new Error('it was answered')
    expect(error.code).toBe('START_FAILED')
    expect(error.mistakes).toMatchObject([{ field: 'lambda:GetAccountSettings', value: 'no answer' }])
    expect(error.mistakes[0]?.next).toContain('-c reservedConcurrency')
  })
})
