#!/usr/bin/env node
// Runs the command line under Node 24, which executes its TypeScript as it is. On an older Node it hands over
// to the one that was installed with the project.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const NEEDED_MAJOR = 24
/** What may stand in arguments only where a URL with a user name, a password or a token does. */
const MAY_HOLD_SECRET = /[@?]/
const entry = new URL('./volley.ts', import.meta.url)

// Lists of processes show the arguments of all of them to every user of the machine.
if (process.argv.slice(2).some((argument) => MAY_HOLD_SECRET.test(argument))) process.title = 'volley'

if (Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR) await import(entry.href)
else handOver()

function handOver() {
  let node
  try {
    node = createRequire(import.meta.url).resolve('node/bin/node')
  } catch {
    process.stderr.write(
      `volley needs Node ${NEEDED_MAJOR}; this is ${process.version}. Install it, or run npm ci.\n`,
    )
    process.exitCode = 5
    return
  }
  // The channel tells the command line when this process is gone; nothing is ever sent over it.
  const child = spawn(node, [fileURLToPath(entry), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    process.exitCode = signal ? 128 : (code ?? 1)
  })
}
