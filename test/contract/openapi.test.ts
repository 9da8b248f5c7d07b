import { readFile } from 'node:fs/promises'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openApi, openApiText } from '../../functions/api/openapi.ts'
import { ROUTES } from '../../functions/api/routes.ts'
import { liveKey } from '../../lib/core/results/live.ts'
import { encodeBundle } from '../../lib/core/run/scenario-bundle.ts'
import { sha256Of } from '../../lib/scenario/uploaded-scenario.ts'
import { type CloudApi, startCloudApi } from '../fixtures/cloud-api.ts'
import { endRun, LIVE } from '../fixtures/cloud-run.ts'

interface Document {
  paths: Record<string, Record<string, { responses: Record<string, { content: Record<string, object> }> }>>
}

const document = openApi() as Document
const ajv = new Ajv2020({ strict: false })
ajv.addSchema({ $id: 'openapi', ...document })

let api: CloudApi
beforeAll(async () => {
  api = await startCloudApi()
})
afterAll(() => api.close())

/** Makes a call and holds what comes back against the document. */
async function answersAsWritten(
  method: string,
  route: string,
  path: string,
  body?: object | Uint8Array<ArrayBuffer>,
): Promise<number> {
  const response = await fetch(api.url + path, {
    method,
    headers: { 'Idempotency-Key': 'r1' },
    ...(body && { body: body instanceof Uint8Array ? body : JSON.stringify(body) }),
  })
  const type = (response.headers.get('content-type') ?? '').split(';')[0] as string
  const written = document.paths[route]?.[method.toLowerCase()]?.responses[response.status]?.content[type]
  expect(written, `${method} ${route}: ${response.status} ${type}`).toBeDefined()
  if (type !== 'application/json') return response.status
  const pointer = [
    'paths',
    route,
    method.toLowerCase(),
    'responses',
    response.status,
    'content',
    type,
    'schema',
  ]
    .map((part) => encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1')))
    .join('/')
  const validate = ajv.getSchema(`openapi#/${pointer}`)
  expect(validate?.(await response.json()), JSON.stringify(validate?.errors)).toBe(true)
  return response.status
}

describe('schemas/openapi.json', () => {
  it('is the document of the API as it is now (npm run openapi writes it)', async () => {
    expect(await readFile('schemas/openapi.json', 'utf8')).toBe(openApiText())
  })

  it('describes every route and refers to nothing that it does not hold', () => {
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect(described.sort()).toEqual(ROUTES.map(({ method, path }) => `${method} ${path}`).sort())
    const references = [...openApiText().matchAll(/"\$ref": "#\/components\/schemas\/(\w+)"/g)].map(
      ([, name]) => name,
    )
    const { schemas } = (openApi() as { components: { schemas: object } }).components
    expect(references.length).toBeGreaterThan(6)
    expect(references.filter((name) => !((name as string) in schemas))).toEqual([])
  })

  it('is what the API answers', async () => {
    const smoke = { scenario: 'codepal', profile: 'smoke' }
    expect(await answersAsWritten('POST', '/runs', '/runs', smoke)).toBe(201)
    expect(await answersAsWritten('POST', '/runs', '/runs', smoke)).toBe(200)
    expect(await answersAsWritten('POST', '/runs', '/runs', { ...smoke, users: 2 })).toBe(409)
    expect(await answersAsWritten('POST', '/runs', '/runs', { users: 'many' })).toBe(400)
    expect(await answersAsWritten('GET', '/runs', '/runs')).toBe(200)
    expect(await answersAsWritten('GET', '/runs', '/runs?limit=x')).toBe(400)
    expect(await answersAsWritten('POST', '/quotes', '/quotes', smoke)).toBe(200)
    await api.store.put(liveKey('r1'), JSON.stringify(LIVE))
    expect(await answersAsWritten('GET', '/runs/{id}', '/runs/r1')).toBe(200)
    expect(await answersAsWritten('GET', '/runs/{id}/report', '/runs/r1/report')).toBe(409)
    expect(await answersAsWritten('DELETE', '/runs/{id}', '/runs/r1')).toBe(202)
    await endRun(api.store, 'r1', 'fail')
    expect(await answersAsWritten('GET', '/runs/{id}', '/runs/r1')).toBe(200)
    expect(await answersAsWritten('GET', '/runs', '/runs')).toBe(200)
    for (const file of ['summary.md', 'junit.xml', 'timeseries.csv', 'report.html', 'verdict.json'])
      expect(await answersAsWritten('GET', '/runs/{id}/report', `/runs/r1/report?file=${file}`)).toBe(200)
    expect(await answersAsWritten('DELETE', '/runs/{id}', '/runs/r1')).toBe(200)
    expect(await answersAsWritten('GET', '/runs/{id}', '/runs/nobody')).toBe(404)
  })

  it('is what the API answers about scenarios', async () => {
    const bundle = new Uint8Array(encodeBundle({ 'scenario.mjs': '' }))
    const path = `/scenarios/${sha256Of(bundle)}`
    expect(await answersAsWritten('GET', '/scenarios/{id}', path)).toBe(404)
    expect(await answersAsWritten('PUT', '/scenarios/{id}', path, new Uint8Array(3))).toBe(400)
    expect(await answersAsWritten('PUT', '/scenarios/{id}', path, bundle)).toBe(201)
    expect(await answersAsWritten('PUT', '/scenarios/{id}', path, bundle)).toBe(200)
    expect(await answersAsWritten('GET', '/scenarios/{id}', path)).toBe(200)
  })
})
