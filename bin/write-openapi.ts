/** Writes the API's document from the schemas that it validates with: `npm run openapi`. */
import { mkdir, writeFile } from 'node:fs/promises'
import { openApiText } from '../functions/api/openapi.ts'

const file = new URL('../schemas/openapi.json', import.meta.url)
await mkdir(new URL('.', file), { recursive: true })
await writeFile(file, openApiText())
