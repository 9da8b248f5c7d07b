/** `npm run cloud:local`: a cloud on this machine with Volley deployed in it, until Ctrl-C. */
import { once } from 'node:events'
import { explain, VolleyError } from '../lib/core/base/errors.ts'
import { LocalCloud } from '../lib/local-cloud/local-cloud.ts'

try {
  const cloud = await LocalCloud.start()
  try {
    process.stderr.write('the local cloud is up; bootstrapping and deploying\n')
    const outputs = await cloud.deploy({ keepResults: 'true' })
    const variables = Object.entries(cloud.environment).map(([name, value]) => `export ${name}=${value}`)
    process.stdout.write(`${variables.join('\n')}\n`)
    for (const [name, value] of Object.entries(outputs)) process.stdout.write(`# ${name} ${value}\n`)
    process.stderr.write('deployed; Ctrl-C ends it and everything in it\n')
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  } finally {
    await cloud.stop()
  }
} catch (error) {
  if (!(error instanceof VolleyError)) throw error
  process.stderr.write(`${explain(error)}\n`)
  process.exitCode = error.exitCode
}
