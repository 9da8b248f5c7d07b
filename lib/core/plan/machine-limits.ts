import type { Mistake } from '../base/errors.ts'
import type { Plan } from './plan.ts'
import { peakOf } from './rescale.ts'

/** What a machine has for the generators of a run. `Infinity` where the system does not tell. */
export interface Machine {
  /** Sockets that the descriptors of one process allow beside its own. */
  socketsPerProcess: number
  /** Local ports, each of which one connection to the same address and port takes. */
  localPorts: number
  memoryBytes: number
}

/** What a run on one machine needs at least: those who live from second to second, not a pool that may stay empty. */
export interface Need {
  generators: number
  /** Users alive at once, all generators together. */
  users: number
  /** Connections open at once, all generators together. */
  connections: number
}

/** A process without users, and what each user adds, its connection included. */
const PROCESS_BYTES = 60_000_000
const USER_BYTES = 12_000
/** Users who share connections share at most so many in each generator. */
const MAX_POOLED = 900

export function needOf(
  { executors, slices, connectionsPerUser }: Pick<Plan, 'executors' | 'slices' | 'connectionsPerUser'>,
  connections: 'per-user' | 'pooled',
): Need {
  const users = Math.ceil(peakOf('users', executors).level)
  const each = users * connectionsPerUser
  return {
    generators: slices,
    users,
    connections: connections === 'pooled' ? Math.min(each, slices * MAX_POOLED) : each,
  }
}

/** Why a machine can't make a run: each with what it has and what to do. */
export function machineMistakes(need: Need, machine: Machine): Mistake[] {
  return [...socketMistakes(need, machine), ...portMistakes(need, machine), ...memoryMistakes(need, machine)]
}

function socketMistakes({ generators, connections }: Need, { socketsPerProcess }: Machine): Mistake[] {
  const each = Math.ceil(connections / generators)
  if (each <= socketsPerProcess) return []
  const enough = Math.ceil(connections / socketsPerProcess)
  return [
    {
      field: '--generators',
      value: `${number(generators)}: ${number(each)} connections for each of them`,
      limit: `at most ${number(socketsPerProcess)}, by the descriptors of a process (ulimit -n)`,
      next: `--generators ${enough}, or raise ulimit -n before the start, or fewer --users`,
    },
  ]
}

function portMistakes({ connections }: Need, { localPorts }: Machine): Mistake[] {
  if (connections <= localPorts) return []
  return [
    {
      field: '--users',
      value: `${number(connections)} connections from this machine to one address`,
      limit: `at most ${number(localPorts)}, one for each local port (net.ipv4.ip_local_port_range)`,
      next: "fewer --users, http.connections 'pooled', a wider range of ports, or more machines: volley start",
    },
  ]
}

function memoryMistakes({ generators, users }: Need, { memoryBytes }: Machine): Mistake[] {
  const bytes = generators * PROCESS_BYTES + users * USER_BYTES
  if (bytes <= memoryBytes) return []
  return [
    {
      field: generators * PROCESS_BYTES > memoryBytes ? '--generators' : '--users',
      value: `${number(users)} users in ${number(generators)} generators, about ${gigabytes(bytes)} of memory`,
      limit: `at most ${gigabytes(memoryBytes)}, all that this machine has`,
      next: 'fewer of them here, or more machines: volley start',
    },
  ]
}

function number(value: number): string {
  return value.toLocaleString('en-US')
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`
}
