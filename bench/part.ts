import type { Section } from './section.ts'
import type { Workbench } from './workbench.ts'

/** One part of the bench, by the name it is asked for. */
export interface Part {
  name: string
  run(workbench: Workbench, before: ReadonlyMap<string, Section>): Promise<Section>
}
