import type { FastifyInstance } from 'fastify'
import type { Platform } from './platform.ts'

const text = { type: 'string', minLength: 1, maxLength: 20_000 }
const label = { type: 'string', minLength: 1, maxLength: 64 }

const completeSchema = {
  type: 'object',
  required: ['snippet', 'language'],
  properties: { snippet: text, language: label },
}
const analyzeSchema = {
  type: 'object',
  anyOf: [{ required: ['completionId'] }, { required: ['code'] }],
  properties: { completionId: label, code: text },
}

const ISSUES = ['unused-variable', 'missing-await', 'shadowed-name', 'unchecked-index'] as const

/** Code completion and analysis. */
export function addAi(app: FastifyInstance, { outcomes }: Platform): void {
  let completions = 0
  let analyses = 0

  app.post<{ Body: { snippet: string; language: string } }>(
    '/ai/complete',
    { schema: { body: completeSchema } },
    ({ body: { snippet, language } }) => ({
      completionId: `completion-${++completions}`,
      language,
      completion: `${snippet}\n  return result\n`,
      tokens: Math.ceil(snippet.length / 4) + outcomes.integer(8, 64),
    }),
  )

  app.post<{ Body: { completionId?: string; code?: string } }>(
    '/ai/analyze',
    { schema: { body: analyzeSchema } },
    ({ body: { completionId } }) => ({
      analysisId: `analysis-${++analyses}`,
      ...(completionId === undefined ? {} : { completionId }),
      score: outcomes.integer(70, 100),
      issues: outcomes.next() < 0.3 ? [{ rule: outcomes.pick(ISSUES), line: outcomes.integer(1, 20) }] : [],
    }),
  )
}
