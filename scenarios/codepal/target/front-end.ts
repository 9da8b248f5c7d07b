import type { FastifyInstance } from 'fastify'
import { servedOf } from './admission.ts'

const PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>CodePal</title></head>
<body><main id="app"><h1>CodePal</h1><p>Write code with agents at your side.</p></main></body>
</html>
`

/** The page. Its worker runs for as long as the page takes. */
export function addFrontEnd(app: FastifyInstance): void {
  app.get('/', (request, reply) => {
    const { waitMs, serviceMs } = servedOf(request)
    reply.header('server-timing', `worker;dur=${(waitMs + serviceMs).toFixed(1)}`)
    return reply.type('text/html; charset=utf-8').send(PAGE)
  })
}
