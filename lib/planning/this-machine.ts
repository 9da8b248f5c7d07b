import { lookup } from 'node:dns/promises'
import { readFile } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { MAX_SOCKETS } from '../../functions/generator/net/socket-room.ts'
import { VolleyError } from '../core/base/errors.ts'
import { type Machine, machineMistakes, needOf } from '../core/plan/machine-limits.ts'
import type { Plan } from '../core/plan/plan.ts'
import type { LoadedScenario } from '../scenario/scenario-file.ts'

const PORT_RANGE = '/proc/sys/net/ipv4/ip_local_port_range'

/** Throws `INPUT_INVALID` where this machine has not what the users of a plan need, before any of them is there. */
export async function refuseBeyondMachine(
  plan: Plan,
  { scenario }: LoadedScenario,
  targetUrl: string | undefined,
): Promise<void> {
  const need = needOf(plan, scenario.http.connections)
  const mistakes = machineMistakes(need, await thisMachine(targetUrl))
  if (mistakes.length > 0)
    throw new VolleyError('INPUT_INVALID', 'this machine cannot make the run', mistakes)
}

async function thisMachine(targetUrl: string | undefined): Promise<Machine> {
  const addresses = await addressesOf(targetUrl)
  return {
    socketsPerProcess: MAX_SOCKETS,
    localPorts: (await portsOf()) * addresses,
    memoryBytes: totalmem(),
  }
}

/** Each address of the target has the local ports to itself; one that can't be asked is met when it is reached. */
async function addressesOf(url: string | undefined): Promise<number> {
  if (url === undefined || !URL.canParse(url)) return 1
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '')
  return (await lookup(host, { all: true }).catch(() => [])).length || 1
}

async function portsOf(): Promise<number> {
  const text = await readFile(PORT_RANGE, 'utf8').catch(() => '')
  const [from, to] = text.trim().split(/\s+/).map(Number)
  return from === undefined || to === undefined ? Number.POSITIVE_INFINITY : to - from + 1
}
