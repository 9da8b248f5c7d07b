/** Entry of the stand-in for nginx: `plain-process.ts <port>`. */
import { createServer } from 'node:http'
import { ANSWERS, type Route } from './answers.ts'

let requests = 0

createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
  requests++
  request.resume()
  response.setHeader('content-type', 'application/json')
  const answer = ANSWERS[`${request.method} ${request.url}` as Route]
  if (request.url === '/_status') response.end(String(requests))
  else if (answer === undefined) response.writeHead(404).end('{}')
  else response.end(answer)
}).listen(Number(process.argv[2]), '127.0.0.1')
