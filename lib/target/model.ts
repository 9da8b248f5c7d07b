import { VolleyError } from '../core/base/errors.ts'

/** A model of a system, listening. */
export interface ModelTarget {
  url: string
  /** Ends all connections, also kept-alive and WebSocket ones, within a second. */
  close(): Promise<void>
}

export interface ModelTargetOptions {
  /** Address to listen at; 127.0.0.1 by default. */
  host?: string
  /** 0 takes a free port. */
  port: number
  /** One of the module's conditions. */
  condition: string
  seed: number
}

/** What a suite's `target.ts` exports by default. */
export interface ModelTargetModule {
  conditions: readonly string[]
  /** Throws `INPUT_INVALID` for an unknown condition or unusable address, `PORT_IN_USE` for a taken port. */
  start(options: ModelTargetOptions): Promise<ModelTarget>
}

/** The settings of a named condition. Throws `INPUT_INVALID`, naming the conditions there are. */
export function settingsOf<Settings>(
  conditions: Readonly<Record<string, Settings>>,
  condition: string,
): Settings {
  const settings = Object.hasOwn(conditions, condition) ? conditions[condition] : undefined
  if (settings !== undefined) return settings
  throw new VolleyError('INPUT_INVALID', `the model target has no condition "${condition}"`, [
    {
      field: 'condition',
      value: condition,
      limit: Object.keys(conditions).join(' | '),
      next: 'choose one of these conditions',
    },
  ])
}
