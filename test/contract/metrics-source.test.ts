import type { ServerResponse } from 'node:http'
import * as prometheus from 'prom-client'
import { Registry } from 'prom-client'
import { afterEach, describe, expect, it } from 'vitest'
import { ManualClock } from '../../lib/adapters/clock/manual.ts'
import { httpFetchText } from '../../lib/adapters/metrics-source/fetch-text.ts'
import { noneSource } from '../../lib/adapters/metrics-source/none.ts'
import { prometheusSource } from '../../lib/adapters/metrics-source/prometheus.ts'
import { scrapeSource } from '../../lib/adapters/metrics-source/scrape.ts'
import type { Resolve } from '../../lib/adapters/net/checked-lookup.ts'
import { type PrometheusSource, type ScrapeSource, sourceSchema } from '../../lib/core/scenario/source.ts'
import type { MetricsSource } from '../../lib/ports.ts'
import { type MetricsServer, metricsServer } from './metrics-server.ts'
import { metricsSourceContract } from './metrics-source.contract.ts'

const scrapeOf = (metrics: object, changes: object = {}): ScrapeSource =>
  sourceSchema.parse({ kind: 'scrape', url: '/metrics', metrics, ...changes }) as ScrapeSource
const queriesOf = (metrics: object, changes: object = {}): PrometheusSource =>
  sourceSchema.parse({ kind: 'prometheus', url: '/', metrics, ...changes }) as PrometheusSource

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})

async function serve(answer: Parameters<typeof metricsServer>[0]): Promise<MetricsServer> {
  const server = await metricsServer(answer)
  opened.push(server)
  return server
}

function open(source: MetricsSource): MetricsSource {
  opened.push(source)
  return source
}

/** Scrapes a server by a clock that the test moves, and waits for each answer. */
async function scraping(
  server: Pick<MetricsServer, 'url'>,
  config: ScrapeSource,
): Promise<{ source: MetricsSource; scrapeAt: (second: number) => Promise<void> }> {
  const clock = new ManualClock(0)
  let answered = 0
  const fetchText = httpFetchText({ timeoutMs: 1_000, maxBodyBytes: 10_000 })
  const fetch = (url: string): Promise<string> => fetchText(url).finally(() => setImmediate(() => answered++))
  const source = open(scrapeSource(config, { name: 'app', targetUrl: server.url, fetch, clock }))
  const untilAnswered = async (answers: number): Promise<void> => {
    while (answered < answers) await new Promise((resolve) => setImmediate(resolve))
  }
  const scrapeAt = async (second: number): Promise<void> => {
    const before = answered
    await clock.advanceTo(second * 1_000)
    await untilAnswered(before + 1)
  }
  source.begin()
  await untilAnswered(1)
  return { source, scrapeAt }
}

metricsSourceContract('scrape', async () => {
  const server = await metricsServer('cpu 40\nqueue{name="a"} 3\n')
  const clock = new ManualClock(1_000)
  const metrics = { cpu: { name: 'cpu', unit: '%' }, queue: { name: 'nowhere' } }
  const options = { name: 'app', targetUrl: server.url, fetch: httpFetchText(), clock }
  const source = scrapeSource(scrapeOf(metrics), options)
  source.begin()
  while ((await source.read(0, 2_000))[0]?.points.length === 0)
    await new Promise((resolve) => setImmediate(resolve))
  return { source, fromMs: 0, toMs: 2_000, close: server.close }
})

metricsSourceContract('prometheus', async () => {
  const server = await metricsServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://any')
    const values = searchParams.get('query') === 'cpu' ? [[1.5, '40']] : []
    response.end(matrix(values))
  })
  const config = queriesOf({ cpu: { query: 'cpu', unit: '%' }, queue: { query: 'queue' } })
  const source = prometheusSource(config, { name: 'p', targetUrl: server.url, fetch: httpFetchText() })
  return { source, fromMs: 1_000, toMs: 2_000, close: server.close }
})

metricsSourceContract('none', async () => {
  const config = queriesOf({ cpu: { query: 'cpu', unit: '%' }, queue: { query: 'queue' } })
  return { source: noneSource(config, 'cloud', 'no account is configured'), fromMs: 0, toMs: 1 }
})

function matrix(...series: unknown[][]): string {
  const result = series.filter(({ length }) => length > 0).map((values) => ({ metric: {}, values }))
  return JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } })
}

const valuesOf = async (source: MetricsSource, fromMs = 0, toMs = 1e9): Promise<unknown[]> =>
  (await source.read(fromMs, toMs)).map(({ points, noData }) => noData ?? points)

describe('a scraped endpoint', () => {
  it('is sampled at once, and then each time it is due, until it is closed', async () => {
    let value = 0
    const server = await serve((_, response) => response.end(`jobs ${++value}\n`))
    const { source, scrapeAt } = await scraping(server, scrapeOf({ jobs: { name: 'jobs' } }))
    await scrapeAt(5)
    await scrapeAt(10)
    const points = [
      [0, 1],
      [5_000, 2],
      [10_000, 3],
    ]
    expect(await valuesOf(source)).toEqual([points])
    expect(await valuesOf(source, 4_000, 9_999)).toEqual([[points[1]]])
    await source.close()
    expect(server.asked).toEqual(['/metrics', '/metrics', '/metrics'])
  })

  it('combines the series that have the name and the labels', async () => {
    const server = await serve(
      [
        'jobs{pool="a",zone="x"} 4',
        'jobs{pool="a",zone="y"} 2',
        'jobs{pool="b",zone="x"} 9',
        'jobs_total 50',
      ].join('\n'),
    )
    const { source } = await scraping(
      server,
      scrapeOf({
        all: { name: 'jobs' },
        poolA: { name: 'jobs', labels: { pool: 'a' } },
        mean: { name: 'jobs', combine: 'avg' },
        most: { name: 'jobs', combine: 'max', scale: 1_000 },
      }),
    )
    expect(await valuesOf(source)).toEqual([[[0, 15]], [[0, 6]], [[0, 5]], [[0, 9_000]]])
  })

  it('turns counters into growth per second, each by itself, also over a reset and a new one', async () => {
    const pages = [
      'n{i="1"} 100\nn{i="2"} 10',
      'n{i="1"} 150\nn{i="2"} 10',
      'n{i="1"} 20\nn{i="2"} 15\nn{i="3"} 5',
    ]
    const server = await serve((_, response) => response.end(pages.shift()))
    const { source, scrapeAt } = await scraping(server, scrapeOf({ n: { name: 'n', as: 'rate', scale: 2 } }))
    expect(await valuesOf(source)).toEqual(['fewer than two samples of n'])
    await scrapeAt(5)
    await scrapeAt(10)
    expect(await valuesOf(source)).toEqual([
      [
        [5_000, 20],
        [10_000, 12],
      ],
    ])
  })

  it('goes on after an answer that was none', async () => {
    const server = await serve('jobs 1')
    const { source, scrapeAt } = await scraping(server, scrapeOf({ jobs: { name: 'jobs' } }))
    server.answer = (_, response) => response.writeHead(503).end('warming up')
    await scrapeAt(5)
    server.answer = (_, response) => response.end('jobs 3')
    await scrapeAt(10)
    expect(await valuesOf(source)).toEqual([
      [
        [0, 1],
        [10_000, 3],
      ],
    ])
  })

  it('says how many of its samples were missing or not whole, of the time that is asked for', async () => {
    const server = await serve('jobs{pool="a"} 1\njobs{pool="b"} 1')
    const { source, scrapeAt } = await scraping(server, scrapeOf({ jobs: { name: 'jobs' } }))
    const missing = async (toMs: number) => (await source.read(0, toMs)).map((series) => series.missing)
    expect(await missing(1e9)).toEqual([undefined])
    const answers = [
      (_: unknown, to: ServerResponse) => to.writeHead(503).end(),
      'other 1',
      'jobs{pool="a"} NaN\njobs{pool="b"} 1',
    ]
    for (const [i, answer] of answers.entries()) {
      server.answer = typeof answer === 'string' ? (_, response) => response.end(answer) : answer
      await scrapeAt(5 * (i + 1))
    }
    expect(await missing(1e9)).toEqual(['3 of 4 points are missing or not whole'])
    expect(await missing(5_000)).toEqual(['1 of 2 points are missing or not whole'])
  })

  it('counts a counter over the whole time in which it was not seen', async () => {
    const server = await serve('n 10')
    const { source, scrapeAt } = await scraping(server, scrapeOf({ n: { name: 'n', as: 'rate' } }))
    server.answer = (_, response) => response.writeHead(503).end()
    await scrapeAt(5)
    server.answer = (_, response) => response.end('n 30')
    await scrapeAt(10)
    expect(await valuesOf(source)).toEqual([[[10_000, 2]]])
  })

  it('says which series it does not have', async () => {
    const server = await serve('jobs{pool="a"} 1\nidle NaN\n')
    const { source } = await scraping(
      server,
      scrapeOf({
        wrong: { name: 'job' },
        labelled: { name: 'jobs', labels: { pool: 'b', zone: 'x' } },
        idle: { name: 'idle' },
      }),
    )
    expect(await valuesOf(source)).toEqual([
      'no series named job',
      'no series named jobs with labels pool="b", zone="x"',
      'idle was never a finite number',
    ])
  })

  it('says that it was not sampled while the run went on', async () => {
    const { source } = await scraping(await serve('jobs 1'), scrapeOf({ jobs: { name: 'jobs' } }))
    expect(await valuesOf(source, 1, 2)).toEqual(['no samples while the run went on'])
  })

  it('reads what prom-client writes', async () => {
    const registry = new Registry()
    const gauge = new prometheus.Gauge({
      name: 'load',
      help: 'a\nb',
      labelNames: ['path'],
      registers: [registry],
    })
    gauge.set({ path: 'C:\\dir "x"\n{,}' }, 0.25)
    gauge.set({ path: '' }, 4e21)
    const histogram = new prometheus.Histogram({
      name: 'took',
      help: 'h',
      buckets: [1],
      registers: [registry],
    })
    histogram.observe(0.5)
    const server = await serve(await registry.metrics())
    const { source } = await scraping(
      server,
      scrapeOf({
        odd: { name: 'load', labels: { path: 'C:\\dir "x"\n{,}' } },
        large: { name: 'load', labels: { path: '' } },
        infinite: { name: 'took_bucket', labels: { le: '+Inf' } },
        sum: { name: 'took_sum' },
      }),
    )
    expect(await valuesOf(source)).toEqual([[[0, 0.25]], [[0, 4e21]], [[0, 1]], [[0, 0.5]]])
  })

  const without = async (answer: Parameters<typeof metricsServer>[0]): Promise<unknown> => {
    const server = await serve(answer)
    const { source } = await scraping(server, scrapeOf({ jobs: { name: 'jobs' } }))
    const [reason] = await valuesOf(source)
    return String(reason).replace(server.url, '')
  }

  it('says why it never had an answer', async () => {
    expect(await without((_, response) => response.writeHead(503).end('warming\nup'))).toBe(
      'GET /metrics: HTTP 503: warming up',
    )
    expect(await without('<html>')).toBe('GET /metrics: line 1 is no Prometheus sample: <html>')
    expect(await without((request) => request.socket.destroy())).toMatch(/^GET \/metrics: ./)
    expect(await without('x'.repeat(10_001))).toBe('GET /metrics: the answer is larger than 10000 B')
    expect(await without(() => undefined)).toBe('GET /metrics: no answer within 1 s')
  })

  it('asks no link-local or metadata address, neither by its number nor by a name', async () => {
    const named: Resolve = (_, done) => done(null, [{ address: '169.254.169.254', family: 4 }])
    const link = 'a link-local address, where cloud metadata is served, which is never asked'
    await expect(httpFetchText()('http://169.254.169.254/latest')).rejects.toThrow(
      `169.254.169.254 is ${link}`,
    )
    await expect(httpFetchText()('http://[fe80::1]/metrics')).rejects.toThrow(`fe80::1 is ${link}`)
    await expect(httpFetchText()('http://[fd00:ec2::254]/')).rejects.toThrow('an address of cloud metadata')
    await expect(httpFetchText({ resolve: named })('http://metrics.example/')).rejects.toThrow(
      `metrics.example (169.254.169.254) is ${link}`,
    )
  })

  it('asks a host by its name', async () => {
    const server = await serve('up 1')
    const url = new URL(server.url)
    expect(await httpFetchText()(`http://localhost:${url.port}/metrics`)).toBe('up 1')
  })

  it('does not follow a redirect', async () => {
    const elsewhere = await serve('jobs 1')
    const redirect = (): ReturnType<typeof without> =>
      without((_, response) => response.writeHead(302, { location: `${elsewhere.url}/x` }).end())
    expect(await redirect()).toBe(
      `GET /metrics: HTTP 302 to ${elsewhere.url}/x, and redirects are not followed`,
    )
    expect(elsewhere.asked).toEqual([])
  })

  it('says that nobody listens', async () => {
    const server = await metricsServer('')
    await server.close()
    const { source } = await scraping(server, scrapeOf({ jobs: { name: 'jobs' } }))
    expect(await valuesOf(source)).toEqual([
      expect.stringMatching(/^GET http:\/\/127\.0\.0\.1:\d+\/metrics: connect ECONNREFUSED/),
    ])
  })

  it('is asked for nothing once it is closed, even if an answer is still to come', async () => {
    let respond = (): void => undefined
    const asked = new Promise<void>((resolve) => {
      respond = resolve
    })
    const clock = new ManualClock()
    let answer = (_: string): void => undefined
    const fetch = (): Promise<string> => {
      respond()
      return new Promise((resolve) => {
        answer = resolve
      })
    }
    const config = scrapeOf({ jobs: { name: 'jobs' } })
    const source = scrapeSource(config, { name: 'app', targetUrl: 'http://127.0.0.1', fetch, clock })
    source.begin()
    await asked
    await source.close()
    answer('jobs 1')
    await clock.advanceTo(60_000)
    expect(await valuesOf(source)).toEqual(['GET http://127.0.0.1/metrics: no answer came'])
  })

  it('may be somewhere else than the target', async () => {
    const server = await serve('jobs 1')
    const config = scrapeOf({ jobs: { name: 'jobs' } }, { url: `${server.url}/stats?format=prometheus` })
    await scraping({ url: 'http://127.0.0.1:1' }, config)
    expect(server.asked).toEqual(['/stats?format=prometheus'])
  })
})

describe('a Prometheus server', () => {
  const reading = async (
    answer: Parameters<typeof metricsServer>[0],
    { metric = {}, source = {} } = {},
  ): Promise<{ server: MetricsServer; read: (fromMs: number, toMs: number) => Promise<unknown[]> }> => {
    const server = await serve(answer)
    const config = queriesOf({ cpu: { query: 'avg(cpu{job="a"})', ...metric }, ...metric }, source)
    const options = { name: 'p', targetUrl: `${server.url}/base/`, fetch: httpFetchText() }
    const read = (fromMs: number, toMs: number): Promise<unknown[]> =>
      valuesOf(prometheusSource(config, options), fromMs, toMs)
    return { server, read }
  }

  it('is asked for the time of the run in its own units', async () => {
    const { server, read } = await reading(
      matrix([
        [1_000, '0.5'],
        [1_005.5, '0.75'],
      ]),
      {
        source: { url: '/prometheus/', step: '10s' },
      },
    )
    expect(await read(1_000_500, 1_060_000)).toEqual([
      [
        [1_000_000, 0.5],
        [1_005_500, 0.75],
      ],
    ])
    const asked = new URL(server.asked[0] ?? '', server.url)
    expect(asked.pathname).toBe('/prometheus/api/v1/query_range')
    expect(Object.fromEntries(asked.searchParams)).toEqual({
      query: 'avg(cpu{job="a"})',
      start: '1000.5',
      end: '1060',
      step: '10',
    })
  })

  it('is asked for no more points than it gives', async () => {
    const { server, read } = await reading(matrix(), { source: { step: '1s' } })
    await read(0, 86_400_000)
    expect(new URL(server.asked[0] ?? '', server.url).searchParams.get('step')).toBe('7.855')
  })

  it('has its values scaled, and those left out that are no finite numbers', async () => {
    const { read } = await reading(
      matrix([
        [1, '0.5'],
        [2, 'NaN'],
        [3, '+Inf'],
        [4, '2'],
      ]),
      {
        source: { metrics: { cpu: { query: 'cpu', scale: 100 } } },
      },
    )
    expect(await read(0, 10_000)).toEqual([
      [
        [1_000, 50],
        [4_000, 200],
      ],
    ])
  })

  it('says how many of its values are no finite numbers', async () => {
    const server = await serve(
      matrix([
        [1, '0.5'],
        [2, 'NaN'],
        [3, '+Inf'],
      ]),
    )
    const options = { name: 'p', targetUrl: server.url, fetch: httpFetchText() }
    const [series] = await prometheusSource(queriesOf({ cpu: { query: 'cpu' } }, {}), options).read(0, 10_000)
    expect(series?.missing).toBe('2 of 3 points are no finite numbers')
  })

  it('says why it has no data', async () => {
    const why = async (answer: Parameters<typeof metricsServer>[0]): Promise<unknown> =>
      (await (await reading(answer)).read(0, 10_000))[0]
    expect(await why(matrix())).toBe('no data for avg(cpu{job="a"})')
    expect(await why(matrix([[1, '1']], [[1, '2']]))).toBe(
      'query_range at /: the query gives 2 series; make it one, as with sum(...)',
    )
    const refusal = '{"status":"error","errorType":"bad_data","error":"parse error"}'
    expect(await why((_, response) => response.writeHead(400).end(refusal))).toBe(
      `query_range at /: HTTP 400: ${refusal}`,
    )
    expect(await why('{"status":"success","data":{"resultType":"vector","result":[]}}')).toBe(
      'query_range at /: the answer is not that of a range query',
    )
    expect(await why('hello')).toMatch(/^query_range at \/: .*JSON/)
  })
})
