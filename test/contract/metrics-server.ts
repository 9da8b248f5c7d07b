import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server on a port of its own. `answer` may be changed while it runs. */
export interface MetricsServer {
  url: string
  /** Paths it was asked for, with their queries. */
  asked: string[]
  answer: RequestListener
  close(): Promise<void>
}

export async function metricsServer(answer: RequestListener | string): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    served.asked.push(request.url ?? '')
    served.answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const served: MetricsServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    answer: typeof answer === 'string' ? (_, response) => response.end(answer) : answer,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return served
}
