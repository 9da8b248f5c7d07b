/** Writes the published JSON Schemas from the zod schemas they mirror: `npm run schemas`. */
import { writeFile } from 'node:fs/promises'
import { PUBLISHED, schemaText } from '../aggregator/report/published-schemas.ts'

for (const file of Object.keys(PUBLISHED))
  await writeFile(new URL(`../schemas/${file}`, import.meta.url), schemaText(file))
