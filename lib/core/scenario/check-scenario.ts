import type { Mistake } from '../base/errors.ts'
import { fieldOf, mistakesOf, printed } from '../base/mistake.ts'
import { didYouMean } from '../base/nearest.ts'
import { BUILT_IN_METRICS, DERIVED_METRICS } from '../metrics/built-in-metrics.ts'
import { parseSelector } from '../metrics/selector.ts'
import {
  AGGREGATIONS,
  aggregationOf,
  formatAggregation,
  type Judged,
  stagesOf,
  type Threshold,
  thresholdSchema,
} from '../metrics/threshold.ts'
import { chaosMistakes } from './check-chaos.ts'
import { type Profile, profileSchema } from './profile.ts'
import { type Scenario, scenarioSchema } from './scenario.ts'

export type Checked = { scenario: Scenario; mistakes: [] } | { scenario?: undefined; mistakes: Mistake[] }

/**
 * Validates what a scenario's file exports: each field on its own, then what fields say about each other.
 * A mistake in one field does not hide those in others.
 */
export function checkScenario(exported: unknown): Checked {
  const whole = scenarioSchema.safeParse(exported)
  const mistakes = whole.success ? [] : mistakesOf(whole.error, exported, '', scenarioSchema)
  const sound = whole.success ? whole.data : soundFields(exported)
  mistakes.push(...crossMistakes(sound))
  return whole.success && mistakes.length === 0 ? { scenario: whole.data, mistakes: [] } : { mistakes }
}

/** What is valid by itself: fields, and where a field is not, its profiles and thresholds one by one. */
function soundFields(exported: unknown): Partial<Scenario> {
  if (!isRecord(exported)) return {}
  const fields = Object.entries(scenarioSchema.shape).flatMap(([name, schema]) => {
    const parsed = schema.safeParse(exported[name])
    return parsed.success ? [[name, parsed.data]] : []
  })
  return {
    ...soundProfiles(exported.profiles),
    ...(Array.isArray(exported.thresholds) && { thresholds: soundRows(exported.thresholds) }),
    ...Object.fromEntries(fields),
  }
}

/** Nothing is said of the profiles where one of them is unknown: its stages would be missed. */
function soundProfiles(profiles: unknown): Pick<Partial<Scenario>, 'profiles'> {
  if (!isRecord(profiles)) return {}
  const sound: Record<string, Profile> = {}
  for (const [name, profile] of Object.entries(profiles)) {
    const { thresholds, ...others } = isRecord(profile) ? profile : {}
    const parsed = profileSchema.safeParse(others)
    if (!parsed.success) return {}
    sound[name] = { ...parsed.data, ...(Array.isArray(thresholds) && { thresholds: soundRows(thresholds) }) }
  }
  return { profiles: sound }
}

/** The rows that are valid by themselves, at their places; what walks through them skips the holes. */
function soundRows(rows: readonly unknown[]): Threshold[] {
  const sound: Threshold[] = []
  for (const [i, row] of rows.entries()) {
    const parsed = thresholdSchema.safeParse(row)
    if (parsed.success) sound[i] = parsed.data
  }
  return sound
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function crossMistakes(scenario: Partial<Scenario>): Mistake[] {
  const profiles = Object.entries(scenario.profiles ?? {})
  return [
    ...weightMistakes(scenario),
    ...defaultProfileMistakes(scenario),
    ...metricNameMistakes(scenario),
    ...profiles.flatMap(([name, profile]) => flowMistakes(name, profile, scenario)),
    ...profiles.flatMap(([name, profile]) => chaosMistakes(name, profile)),
    ...(scenario.thresholds ?? []).flatMap((row, i) => thresholdMistakes(row, ['thresholds', i], scenario)),
    ...profiles.flatMap(([name, { thresholds = [] }]) =>
      thresholds.flatMap((row, i) => thresholdMistakes(row, ['profiles', name, 'thresholds', i], scenario)),
    ),
  ]
}

function weightMistakes({ flows }: Partial<Scenario>): Mistake[] {
  if (!flows || Object.values(flows).some(({ weight }) => weight > 0)) return []
  const weights = Object.fromEntries(Object.entries(flows).map(([name, { weight }]) => [name, weight]))
  return [
    {
      field: 'flows',
      value: printed(weights),
      limit: 'weights that sum to more than 0',
      next: 'give a flow some weight',
    },
  ]
}

function defaultProfileMistakes({ defaultProfile, profiles }: Partial<Scenario>): Mistake[] {
  if (defaultProfile === undefined || !profiles || Object.hasOwn(profiles, defaultProfile)) return []
  const names = Object.keys(profiles)
  return [
    {
      field: 'defaultProfile',
      value: defaultProfile,
      limit: `one of ${names.join(', ')}`,
      next: didYouMean(defaultProfile, names),
    },
  ]
}

function metricNameMistakes(scenario: Partial<Scenario>): Mistake[] {
  const taken = new Set<string>([...Object.keys(BUILT_IN_METRICS), ...Object.keys(DERIVED_METRICS)])
  const declared = [
    ...Object.keys(scenario.metrics ?? {}).map((name) => ({ name, path: ['metrics', name] })),
    ...Object.entries(scenario.sources ?? {}).flatMap(([source, { metrics }]) =>
      Object.keys(metrics).map((name) => ({ name, path: ['sources', source, 'metrics', name] })),
    ),
  ]
  return declared.flatMap(({ name, path }) => {
    const fresh = !taken.has(name)
    taken.add(name)
    return fresh
      ? []
      : [{ field: fieldOf(path), value: name, limit: 'a name no other metric has', next: 'rename it' }]
  })
}

function flowMistakes(profileName: string, profile: Profile, { flows }: Partial<Scenario>): Mistake[] {
  if (!flows) return []
  const names = Object.keys(flows)
  return profile.executors.flatMap(({ flows: chosen = [] }, i) => {
    const field = fieldOf(['profiles', profileName, 'executors', i, 'flows'])
    const used = Array.isArray(chosen) ? chosen : Object.keys(chosen)
    const unknown = used.filter((name) => !Object.hasOwn(flows, name))
    if (unknown.length > 0)
      return unknown.map((name) => ({
        field,
        value: name,
        limit: `flows of this scenario: ${names.join(', ')}`,
        next: didYouMean(name, names),
      }))
    const idle =
      Array.isArray(chosen) && chosen.length > 0 && chosen.every((name) => flows[name]?.weight === 0)
    const limit = 'weights that sum to more than 0'
    return idle ? [{ field, value: printed(chosen), limit, next: 'give one of them some weight' }] : []
  })
}

function thresholdMistakes(row: Threshold, path: PropertyKey[], scenario: Partial<Scenario>): Mistake[] {
  return [...judgedMistakes(row, path, scenario), ...stageMistakes(row, path, scenario)]
}

function judgedMistakes(row: Threshold, path: PropertyKey[], scenario: Partial<Scenario>): Mistake[] {
  const selector = parseSelector(row.metric)
  if (!selector || !scenario.metrics || !scenario.sources) return []
  const known = judgedMetrics(scenario as Pick<Scenario, 'metrics' | 'sources'>)
  const judged = known.get(selector.metric)
  if (judged === undefined)
    return [
      {
        field: fieldOf([...path, 'metric']),
        value: row.metric,
        limit: 'a built-in metric, or one declared in metrics or sources',
        next: didYouMean(selector.metric, [...known.keys()]),
      },
    ]
  const aggregation = aggregationOf(row)
  if (AGGREGATIONS[judged].includes(aggregation.name)) return []
  return [
    {
      field: fieldOf([...path, row.limit === undefined ? 'target' : 'limit']),
      value: formatAggregation(aggregation),
      limit: `${selector.metric} is a ${judged}: ${AGGREGATIONS[judged].map((name) => (name === 'p' ? 'p(N)' : name)).join(', ')}`,
      next: 'use one of these',
    },
  ]
}

function stageMistakes(row: Threshold, path: PropertyKey[], { profiles }: Partial<Scenario>): Mistake[] {
  if (!profiles) return []
  const names = [...new Set(Object.values(profiles).flatMap(stageNames))]
  return stagesOf(row)
    .filter((stage) => !names.includes(stage))
    .map((stage) => ({
      field: fieldOf([...path, 'stage']),
      value: stage,
      limit: `a stage of one of the profiles: ${names.join(', ')}`,
      next: didYouMean(stage, names),
    }))
}

/** Names of a profile's stages, unnamed ones by their executor and number. */
export function stageNames(profile: Profile): string[] {
  return profile.executors.flatMap((executor) => {
    const own = executor.name ?? executor.executor
    return 'stages' in executor ? executor.stages.map(({ name }, i) => name ?? `${own}-${i + 1}`) : [own]
  })
}

/** Every metric a threshold may name, with what can be asked of it. */
function judgedMetrics({ metrics, sources }: Pick<Scenario, 'metrics' | 'sources'>): Map<string, Judged> {
  const kinds = Object.entries({ ...BUILT_IN_METRICS, ...DERIVED_METRICS, ...metrics })
  const outside = Object.values(sources).flatMap((source) => Object.keys(source.metrics))
  return new Map<string, Judged>([
    ...kinds.map(([name, { kind }]) => [name, kind] as const),
    ...outside.map((name) => [name, 'points'] as const),
  ])
}
