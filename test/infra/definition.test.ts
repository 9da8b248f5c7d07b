import { describe, expect, it } from 'vitest'
import { windowsOf } from '../../lib/core/plan/slice.ts'
import { handoversOf, MAX_INVOCATION_MS, MAX_WINDOW_MS, type Planned } from '../../lib/core/run/relay.ts'
import { runDefinition } from '../../lib/infra/run/run-definition.ts'
import type { State, States } from '../../lib/infra/run/state.ts'

interface Machine {
  StartAt: string
  States: States
}

const definition: Machine = runDefinition({
  plan: 'plan',
  generator: 'generator',
  aggregator: 'aggregator',
  note: 'note',
})

const DAY_MS = 86_400_000
/** An execution is started, and ends. */
const FRAME_EVENTS = 2
/** AWS ends an execution at 25,000. */
const MAX_EVENTS = 10_000
const MAX_BYTES = 262_144

/** All states, those of branches and children included, by their names. */
function statesOf({ States }: Machine): [name: string, State][] {
  return Object.entries(States).flatMap(([name, state]): [string, State][] => {
    const inner = [
      ...((state.Branches ?? []) as Machine[]),
      ...[(state.ItemProcessor ?? []) as Machine].flat(),
    ]
    return [[name, state], ...inner.flatMap(statesOf)]
  })
}

const invokedBy = ({ Parameters }: State): string | undefined =>
  (Parameters as { FunctionName?: string } | undefined)?.FunctionName

/**
 * The history events of an execution that goes through a machine, by the events that Step Functions documents for
 * each type of state. `turns` says how often a Choice goes back before it goes on.
 */
function eventsOf({ StartAt, States }: Machine, turns: (choice: string) => number): number {
  let events = 0
  const visits = new Map<string, number>()
  for (let name: string | undefined = StartAt; name !== undefined; ) {
    const state: State = States[name] as State
    const visited = (visits.get(name) ?? 0) + 1
    visits.set(name, visited)
    events += eventsOfState(state, turns)
    name = nextOf(name, state, visited, turns)
  }
  return events
}

function eventsOfState({ Type, Branches }: State, turns: (choice: string) => number): number {
  // Entered and exited; a task is also scheduled, started and succeeds.
  if (Type === 'Task') return 5
  // Started and succeeded, and the same of its map run: its children have histories of their own.
  if (Type === 'Map') return 6
  if (Type !== 'Parallel') return 2
  return 4 + (Branches as Machine[]).reduce((sum, branch) => sum + eventsOf(branch, turns), 0)
}

function nextOf(
  name: string,
  state: State,
  visited: number,
  turns: (choice: string) => number,
): string | undefined {
  if (state.Type !== 'Choice') return state.Next as string | undefined
  const [first, ...others] = state.Choices as { Next: string }[]
  if (visited <= turns(name)) return first?.Next
  return name === 'Over?' ? others[0]?.Next : (state.Default as string)
}

describe('the history of a day with 200 slices', () => {
  const plan = { durationMs: DAY_MS, windowMs: MAX_WINDOW_MS, slices: 200 }
  const windows = Math.max(
    ...Array.from({ length: plan.slices }, (_, slice) => windowsOf(plan, slice).length),
  )
  const lane = Math.ceil(windows / 2)
  const watches = Math.ceil(DAY_MS / (MAX_INVOCATION_MS - 60_000))

  it('stays below 10,000 events for the run itself', () => {
    const turns = (choice: string): number => (choice === 'Over?' ? watches : 0)
    const events = FRAME_EVENTS + eventsOf(definition, turns)
    expect(watches).toBe(103)
    expect(events).toBe(765)
    expect(events).toBeLessThan(MAX_EVENTS)
  })

  it('stays below 10,000 events for each slice', () => {
    const [, relay] = statesOf(definition).find(([name]) => name === 'Relay') as [string, State]
    const events = FRAME_EVENTS + eventsOf(relay.ItemProcessor as Machine, () => lane)
    expect(lane).toBe(56)
    expect(events).toBe(1_252)
    expect(events).toBeLessThan(MAX_EVENTS)
  })
})

describe('ten thousand slices', () => {
  const plan = { durationMs: DAY_MS, windowMs: 700_000, slices: 10_000 }
  const planned: Planned = {
    run: 'r'.repeat(80),
    startAtMs: 1_800_000_000_000,
    deadlineAtMs: 1_800_086_430_000,
    durationMs: plan.durationMs,
    windowMs: plan.windowMs,
    relayLeadMs: 15_000,
    settleSeconds: 180,
    handovers: handoversOf(plan),
  }

  it('fit into what one state hands to the next', () => {
    // The Lambda integration wraps an answer before OutputPath picks it, as JSON and as metadata of the call.
    const METADATA_BYTES = 2_000
    expect(JSON.stringify(planned).length + METADATA_BYTES).toBeLessThan(MAX_BYTES / 2)
  })

  it('hand back results that fit into one state', () => {
    const [, carried] = statesOf(definition).find(([name]) => name === 'Carried') as [string, State]
    const results = Array.from({ length: plan.slices }, () => carried.Result)
    expect(JSON.stringify(results).length).toBeLessThan(MAX_BYTES / 2)
  })
})

describe('retries', () => {
  const tasks = statesOf(definition).filter(([, { Type }]) => Type === 'Task')
  const retriedOf = ({ Retry = [] }: State): string[] =>
    (Retry as { ErrorEquals: string[] }[]).flatMap(({ ErrorEquals }) => ErrorEquals)

  it('repeat what makes load, and what prepares it, only where Lambda never began', () => {
    const once = tasks.filter(([, state]) => ['generator', 'plan'].includes(invokedBy(state) ?? ''))
    expect(once.map(([name]) => name)).toEqual(['Plan', 'Generate (even)', 'Generate (odd)'])
    for (const [, state] of once) expect(retriedOf(state)).toEqual(['Lambda.TooManyRequestsException'])
  })

  it('never answer every error', () => {
    for (const [, state] of statesOf(definition)) expect(retriedOf(state)).not.toContain('States.ALL')
  })
})

describe('a slice that fails', () => {
  it('ends neither its own later windows nor any other slice', () => {
    const states = Object.fromEntries(statesOf(definition))
    expect(states.Relay).toMatchObject({ ToleratedFailurePercentage: 100 })
    for (const lane of ['even', 'odd']) {
      expect(states[`Generate (${lane})`]).toMatchObject({
        Catch: [{ ErrorEquals: ['States.ALL'], Next: `Note failure (${lane})` }],
      })
      expect(states[`Note failure (${lane})`]).toMatchObject({
        Next: `Next window (${lane})`,
        Catch: [{ ErrorEquals: ['States.ALL'], Next: `Next window (${lane})` }],
      })
    }
  })
})

it('waits for every invocation longer than it can last, so that its own timeout tells what happened', () => {
  for (const [, state] of statesOf(definition))
    if (state.Type === 'Task') expect(state.TimeoutSeconds).toBe(930)
})

it('refers to no state that is not there, and leaves none without a way to it', () => {
  const check = (machine: Machine): void => {
    const named = new Set([machine.StartAt])
    for (const state of Object.values(machine.States)) {
      for (const next of [state, ...((state.Choices ?? state.Catch ?? []) as State[])]) {
        if (next.Next !== undefined) named.add(next.Next as string)
        if (next.Default !== undefined) named.add(next.Default as string)
      }
      for (const { Next } of (state.Catch ?? []) as State[]) named.add(Next as string)
      for (const inner of (state.Branches ?? []) as Machine[]) check(inner)
      if (state.ItemProcessor) check(state.ItemProcessor as Machine)
    }
    expect([...named].sort()).toEqual(Object.keys(machine.States).sort())
  }
  check(definition)
})
