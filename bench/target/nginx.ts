import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { TARGET_CORE, type Workbench } from '../workbench.ts'
import { ANSWERS, type Route } from './answers.ts'
import { freePort, type Target, type TargetOptions } from './target.ts'

const TLS = join(import.meta.dirname, '../../test/fixtures/tls')

/** nginx as one process on the target's core, answering from memory. */
export async function startNginx(
  { children, directory }: Workbench,
  version: string,
  { accessLog, secure }: TargetOptions,
): Promise<Target> {
  const port = await freePort()
  const securePort = secure && { ...secure, port: await freePort() }
  const prefix = join(directory, `nginx-${port}`)
  mkdirSync(join(prefix, 'logs'), { recursive: true })
  writeFileSync(join(prefix, 'nginx.conf'), configOf({ port, prefix, accessLog, securePort }))
  const child = children.spawn(TARGET_CORE, 'nginx', ['-p', prefix, '-c', join(prefix, 'nginx.conf')])
  const url = `http://127.0.0.1:${port}`
  return {
    name: version,
    url: securePort ? `https://127.0.0.1:${securePort.port}` : url,
    note: `target: ${version}, one process on core ${TARGET_CORE}, answers from memory`,
    async requests() {
      const text = await (await fetch(`${url}/_status`)).text()
      return Number(/^ \d+ \d+ (\d+)/m.exec(text)?.[1])
    },
    close: () => children.end(child),
  }
}

interface Config extends Pick<TargetOptions, 'accessLog'> {
  port: number
  prefix: string
  securePort?: { port: number; http2: boolean } | undefined
}

function configOf({ port, prefix, accessLog, securePort }: Config): string {
  const locations = Object.keys(ANSWERS).map((route) => {
    const path = route.split(' ')[1] as string
    return `location = ${path} { return 200 '${ANSWERS[route as Route]}'; }`
  })
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${prefix}/${kind};`,
  )
  const secured =
    securePort === undefined
      ? []
      : [
          `listen 127.0.0.1:${securePort.port} ssl ${securePort.http2 ? 'http2' : ''} backlog=16384;`,
          `ssl_certificate ${TLS}/certificate.pem;`,
          `ssl_certificate_key ${TLS}/key.pem;`,
          'ssl_session_cache builtin;',
        ]
  return `daemon off;
master_process off;
pid ${prefix}/pid;
error_log ${prefix}/logs/error.log;
worker_rlimit_nofile 20000;
events { worker_connections 18000; }
http {
  ${temporary.join('\n  ')}
  log_format times '$request_time';
  access_log ${accessLog === undefined ? 'off' : `${accessLog} times buffer=64k`};
  default_type application/json;
  keepalive_timeout 600s;
  keepalive_requests 1000000000;
  tcp_nodelay on;
  server {
    listen 127.0.0.1:${port} backlog=16384;
    ${secured.join('\n    ')}
    ${locations.join('\n    ')}
    location = /_status { stub_status; access_log off; }
  }
}
`
}
