#!/usr/bin/env node
// Runs the command line: in a checkout its TypeScript as it is, in a package what was built of it. On a Node that is too
// old it hands over to the one that is installed as the package `node`, as `npm ci` does it in a checkout.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/** What may stand in arguments only where a URL with a user name, a password or a token does. */
const MAY_HOLD_SECRET = /[@?]/
const SOURCE = new URL('./volley.ts', import.meta.url)
const BUILT = new URL('../dist/bin/volley.js', import.meta.url)

const isCheckout = existsSync(SOURCE)
const entry = isCheckout ? SOURCE : BUILT
/** A checkout is developed and tested on Node 24; a package runs on whatever Node its project has. */
const needed = isCheckout ? [24, 0] : [22, 18]

// Lists of processes show the arguments of all of them to every user of the machine.
if (process.argv.slice(2).some((argument) => MAY_HOLD_SECRET.test(argument))) process.title = 'volley'

if (isRecent()) await import(entry.href)
else handOver()

function isRecent() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  return major > needed[0] || (major === needed[0] && minor >= needed[1])
}

function handOver() {
  let node
  try {
    node = createRequire(import.meta.url).resolve('node/bin/node')
  } catch {
    const advice = isCheckout ? 'Install it, or run npm ci.' : 'Install it, or run npm i -D node@24.'
    process.stderr.write(
      `volley needs Node ${needed.join('.')} or later; this is ${process.version}. ${advice}\n`,
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
