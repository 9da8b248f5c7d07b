import { describe, expect, it } from 'vitest'
import { checkScenario } from '../../../../../lib/core/scenario/check-scenario.ts'

const run = async (): Promise<void> => undefined

const sound = {
  name: 'shop',
  target: { url: 'http://127.0.0.1:8080' },
  flows: { browse: { run } },
  profiles: { light: { executors: [{ executor: 'constant-vus', users: 10, duration: '30s' }] } },
}

const mistakesIn = (change: object) => checkScenario({ ...sound, ...change }).mistakes

describe('checking a scenario', () => {
  it('fills in the defaults of a sound one', () => {
    const { scenario, mistakes } = checkScenario(sound)
    expect(mistakes).toEqual([])
    expect(scenario).toMatchObject({
      http: { timeout: '30s', redirects: 10, connections: 'per-user' },
      flows: { browse: { weight: 1 } },
      profiles: { light: { executors: [{ startTime: '0s', gracefulStop: '30s' }] } },
      thresholds: [],
    })
  })

  it('names the path of a wrong key', () => {
    expect(mistakesIn({ http: { timout: '3s' } })).toEqual([
      {
        field: 'http.timout',
        value: '"3s"',
        limit:
          'a known field: timeout, redirects, version, carrier, proxy, connections, headers, maxBodyBytes, tls',
        next: 'did you mean timeout?',
      },
    ])
  })

  it.each([
    ['x y', '1', "must be a token: letters, digits and !#$%&'*+-.^_`|~"],
    [
      'X-Customer',
      'Łukasz',
      'must be characters up to U+00FF, no line breaks and no other control characters',
    ],
    ['Transfer-Encoding', 'chunked', 'must be other headers: a flow cannot set transfer-encoding'],
    ['content-length', '3', 'must be set by requests: bodies differ'],
  ])('refuses the header %s: %s, which no request could be made with', (name, value, limit) => {
    expect(mistakesIn({ http: { headers: { [name]: value } } })).toEqual([
      { field: `http.headers.${name}`, value: JSON.stringify(value), limit, next: 'change it' },
    ])
  })

  it.each([
    [new Map(), 'a Map'],
    [Promise.resolve({}), 'a Promise: await it'],
    [Number.NaN, 'NaN'],
    [5n, 'a BigInt'],
  ])('says what %o is, which JSON cannot', (headers, value) => {
    expect(mistakesIn({ http: { headers } })).toEqual([
      { field: 'http.headers', value, limit: 'an object of names and values', next: 'change it' },
    ])
  })

  it('knows nothing of what objects inherit', () => {
    const profiles = {
      light: { executors: [{ executor: 'constant-vus', users: 1, duration: '1s', flows: ['toString'] }] },
    }
    expect(mistakesIn({ profiles })).toMatchObject([{ value: 'toString' }])
    expect(mistakesIn({ defaultProfile: 'constructor' })).toMatchObject([{ value: 'constructor' }])
  })

  it('refuses headers that HTTP/2 has other means for over HTTP/2 alone', () => {
    const headers = { te: 'gzip' }
    expect(mistakesIn({ http: { headers } })).toEqual([])
    expect(mistakesIn({ http: { headers, version: '2' } })).toMatchObject([{ field: 'http.headers.te' }])
  })

  it('takes undici as the carrier, with a proxy or without', () => {
    expect(mistakesIn({ http: { carrier: 'undici' } })).toEqual([])
    for (const proxy of ['http://proxy:3128', 'https://ann:s3%40cret@10.0.0.1', 'http://[::1]:3128/'])
      expect(mistakesIn({ http: { carrier: 'undici', proxy } })).toEqual([])
  })

  const proxyLimit = 'an http or https URL of a host and a port alone, such as http://proxy:3128'
  it.each([
    [
      { carrier: 'undici', version: '2' },
      'version',
      '"2"',
      "1.1 with the carrier undici: HTTP/2 is Volley's own",
    ],
    [
      { proxy: 'http://proxy:3128' },
      'carrier',
      'not given',
      'undici where there is a proxy: Volley itself connects straight',
    ],
    [{ carrier: 'undici', proxy: 'proxy:3128' }, 'proxy', '"proxy:3128"', proxyLimit],
    [{ carrier: 'undici', proxy: 'socks5://proxy' }, 'proxy', '"socks5://proxy"', proxyLimit],
    [{ carrier: 'undici', proxy: 'http://ann:s3cret@proxy/x' }, 'proxy', '"http://***@proxy/x"', proxyLimit],
    [
      { carrier: 'undici', proxy: 'http://ann:100%@proxy' },
      'proxy',
      '"http://***@proxy"',
      'a user name and password in percent-encoded UTF-8, where a % is %25 and an @ is %40',
    ],
  ])('refuses the carrier and the proxy of %j', (http, field, value, limit) => {
    expect(mistakesIn({ http })).toMatchObject([{ field: `http.${field}`, value, limit }])
  })

  it('lists the fields of the executor that is meant, and the executors where none is', () => {
    const executors = [
      { executor: 'constant-vus', users: 1, duration: '1s', rate: 5 },
      { executor: 'constant-vu', users: 1, duration: '1s' },
    ]
    expect(mistakesIn({ profiles: { light: { executors } } })).toEqual([
      {
        field: 'profiles.light.executors[0].rate',
        value: '5',
        limit: expect.stringMatching(/^a known field: (?=.*\busers\b)(?=.*\bduration\b)(?!.*\bstages\b)/),
        next: 'remove it',
      },
      {
        field: 'profiles.light.executors[1].executor',
        value: '"constant-vu"',
        limit: expect.stringMatching(/^one of constant-vus, ramping-vus, .*per-vu-iterations$/),
        next: 'did you mean constant-vus?',
      },
    ])
  })

  it.each([
    [{ flows: { browse: { run, wait: 1 } } }, 'flows.browse.wait', 'a known field: weight, run'],
    [{ target: { ulr: 'http://a' } }, 'target.ulr', 'a known field: url, environments, model'],
    [{ flow: {} }, 'flow', expect.stringMatching(/^a known field: name, .*\bthresholds$/)],
  ])('lists the known fields wherever one is not known: %j', (change, field, limit) => {
    expect(mistakesIn(change)).toContainEqual(expect.objectContaining({ field, limit }))
  })

  it('refuses a negative duration and says what a duration looks like', () => {
    const profiles = { light: { executors: [{ executor: 'constant-vus', users: 10, duration: '-5s' }] } }
    expect(mistakesIn({ profiles })).toEqual([
      {
        field: 'profiles.light.executors[0].duration',
        value: '"-5s"',
        limit: 'must be a length of time such as 500ms, 90s or 1h30m, at most 3650d',
        next: 'change it',
      },
    ])
  })

  it('is not kept by a malformed row of thresholds from finding mistakes in the others, of a profile too', () => {
    const malformed = { metric: 'http_reqs', limit: 'fast' }
    const unknown = { metric: 'http_reps', limit: 'count>1' }
    const light = { ...sound.profiles.light, thresholds: [unknown, malformed, { ...unknown, stage: 'no' }] }
    const fields = mistakesIn({ thresholds: [malformed, unknown], profiles: { light } }).map(
      ({ field }) => field,
    )
    expect(fields.sort()).toEqual([
      'profiles.light.thresholds[0].metric',
      'profiles.light.thresholds[1].limit',
      'profiles.light.thresholds[2].metric',
      'profiles.light.thresholds[2].stage',
      'thresholds[0].limit',
      'thresholds[1].metric',
    ])
  })

  it('refuses weights that sum to zero', () => {
    expect(mistakesIn({ flows: { a: { weight: 0, run }, b: { weight: 0, run } } })).toEqual([
      {
        field: 'flows',
        value: '{"a":0,"b":0}',
        limit: 'weights that sum to more than 0',
        next: 'give a flow some weight',
      },
    ])
  })

  it('offers the nearest name for a metric that does not exist', () => {
    expect(mistakesIn({ thresholds: [{ metric: 'http_req_duraton', limit: 'p(95)<5' }] })).toEqual([
      {
        field: 'thresholds[0].metric',
        value: 'http_req_duraton',
        limit: 'a built-in metric, or one declared in metrics or sources',
        next: 'did you mean http_req_duration?',
      },
    ])
  })

  it('knows declared metrics and those of sources', () => {
    const metrics = { handoff: { kind: 'trend', unit: 'ms' } }
    const sources = {
      platform: { kind: 'scrape', url: '/metrics', metrics: { cpu: { name: 'cpu_percent' } } },
    }
    const thresholds = [
      { metric: 'handoff', limit: 'p(99)<1000' },
      { metric: 'cpu', limit: 'avg<=70' },
    ]
    expect(mistakesIn({ metrics, sources, thresholds })).toEqual([])
  })

  it('refuses an aggregation that a kind of metric does not have', () => {
    expect(mistakesIn({ thresholds: [{ metric: 'http_reqs', limit: 'p(95)<5' }] })).toMatchObject([
      { field: 'thresholds[0].limit', value: 'p(95)', limit: 'http_reqs is a counter: count, rate' },
    ])
  })

  it('takes rows on names of every kind, and says of others how to write them', () => {
    const rowOn = (metric: string) => ({ metric, limit: 'count>1' })
    const names = ['{name:GET /products/{id}}', '{name:"a, b"}', "{check:'status is 200'}"]
    expect(mistakesIn({ thresholds: names.map((tags) => rowOn(`http_reqs${tags}`)) })).toEqual([])
    expect(mistakesIn({ thresholds: [rowOn('http_reqs{name:a, b}')] })).toEqual([
      {
        field: 'thresholds[0].metric',
        value: '"http_reqs{name:a, b}"',
        limit:
          'must have a tag and a colon before each value, and "b" has none; quote a value with a comma: http_reqs{name:"a, b"}',
        next: 'change it',
      },
    ])
  })

  it('refuses a limit and a target that measure different things', () => {
    const thresholds = [{ metric: 'http_req_duration', limit: 'p(95)<250', target: 'p(99)<400' }]
    expect(mistakesIn({ thresholds })).toMatchObject([
      { field: 'thresholds[0].target', limit: 'must aggregate as the limit does' },
    ])
  })

  it('refuses a threshold on a stage no profile has', () => {
    const thresholds = [{ metric: 'http_reqs', limit: 'count>1', stage: 'spik' }]
    const stages = [{ name: 'spike', duration: '5s', users: 5 }]
    const profiles = { light: { executors: [{ executor: 'ramping-vus', stages }] } }
    expect(mistakesIn({ thresholds, profiles })).toMatchObject([
      { field: 'thresholds[0].stage', value: 'spik', next: 'did you mean spike?' },
    ])
  })

  it('refuses an executor whose flows do not exist', () => {
    const executors = [{ executor: 'constant-vus', users: 1, duration: '1s', flows: ['brows'] }]
    expect(mistakesIn({ profiles: { light: { executors } } })).toMatchObject([
      { field: 'profiles.light.executors[0].flows', value: 'brows', next: 'did you mean browse?' },
    ])
  })

  it('refuses an executor whose flows all have no weight', () => {
    const executors = [{ executor: 'constant-vus', users: 1, duration: '1s', flows: ['idle'] }]
    const flows = { browse: { run }, idle: { weight: 0, run } }
    expect(mistakesIn({ flows, profiles: { light: { executors } } })).toEqual([
      {
        field: 'profiles.light.executors[0].flows',
        value: '["idle"]',
        limit: 'weights that sum to more than 0',
        next: 'give one of them some weight',
      },
    ])
  })

  it('refuses a metric whose name is taken', () => {
    expect(mistakesIn({ metrics: { http_reqs: { kind: 'counter' } } })).toMatchObject([
      { field: 'metrics.http_reqs', limit: 'a name no other metric has' },
    ])
  })

  it('finds mistakes between fields even where another field is wrong by itself', () => {
    const thresholds = [{ metric: 'nonsense_metric_name', limit: 'count>1' }]
    const fields = mistakesIn({ name: 'a b', defaultProfile: 'ligth', thresholds }).map(({ field }) => field)
    expect(fields).toEqual(['name', 'defaultProfile', 'thresholds[0].metric'])
  })

  it('refuses anything that is no scenario at all', () => {
    expect(checkScenario(undefined).mistakes).toMatchObject([{ field: '(whole)', value: 'not given' }])
  })

  it('refuses an experiment that would start when its stage is over, or that is none of AWS FIS', () => {
    const stages = [
      { duration: '30s', users: 5, chaos: [{ template: 'EXT1', after: '29s' }] },
      { duration: '0s', users: 9, chaos: [{ template: 'EXT1' }] },
    ]
    const executors = [
      { executor: 'ramping-vus', stages },
      { executor: 'constant-vus', users: 1, duration: '10s', chaos: [{ template: 'EXT2', after: '1m' }] },
    ]
    expect(mistakesIn({ profiles: { light: { executors } } })).toEqual([
      {
        field: 'profiles.light.executors[0].stages[1].chaos[0].after',
        value: '0s',
        limit: 'less than the 0ms that its stage lasts',
        next: 'start it earlier, or in a later stage',
      },
      {
        field: 'profiles.light.executors[1].chaos[0].after',
        value: '1m',
        limit: 'less than the 10s that its stage lasts',
        next: 'start it earlier, or in a later stage',
      },
    ])
    const chaos = [{ template: 'kill-a-task', actions: 0 }]
    const profiles = {
      light: { executors: [{ executor: 'constant-vus', users: 1, duration: '10s', chaos }] },
    }
    expect(mistakesIn({ profiles }).map(({ field, limit }) => [field, limit])).toEqual([
      ['profiles.light.executors[0].chaos[0].template', 'must be the id of a template of AWS FIS: EXT…'],
      ['profiles.light.executors[0].chaos[0].actions', 'at least 1'],
    ])
  })
})
