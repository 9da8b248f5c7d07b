import type { CodePalUser } from '../measures.ts'
import { callAgain, login } from './api.ts'

const WORKER_TIME = /worker;dur=([\d.]+)/

/** A developer opens the page, asks for a completion, and has it analysed. */
export async function codeCompletion(vu: CodePalUser): Promise<void> {
  await openPage(vu)
  await login(vu)
  const { snippet, language } = vu.data.snippets()
  const completed = await callAgain(vu, 'POST', '/ai/complete', {
    name: 'complete',
    json: { snippet, language },
  })
  if (!vu.check('completed', completed.status === 200)) return
  const { completionId } = completed.json<{ completionId: string }>()
  const analyzed = await callAgain(vu, 'POST', '/ai/analyze', { name: 'analyze', json: { completionId } })
  vu.check('analysed', analyzed.status === 200)
}

async function openPage(vu: CodePalUser): Promise<void> {
  const page = await vu.get('/', { name: 'front-end page', tags: { tier: 'front-end' } })
  const workerMs = WORKER_TIME.exec(page.headers['server-timing'] ?? '')?.[1]
  if (workerMs !== undefined) vu.metrics.worker_execution.add(Number(workerMs))
}
