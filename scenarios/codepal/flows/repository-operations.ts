import type { CodePalUser } from '../measures.ts'
import { call, callAgain, login } from './api.ts'

/** A project is created, a file is uploaded to it, and the change is committed. */
export async function repositoryOperations(vu: CodePalUser): Promise<void> {
  await login(vu)
  const { name, file } = vu.data.projects()
  const created = await callAgain(vu, 'POST', '/projects/create', {
    name: 'create project',
    json: { name: `${name}-${vu.random.string(6)}` },
    expect: 201,
  })
  if (!vu.check('project created', created.status === 201)) return
  const params = { id: created.json<{ projectId: string }>().projectId }
  const content = `export const build = '${vu.random.string(12)}'\n`
  const uploaded = await callAgain(vu, 'POST', '/projects/{id}/files', {
    name: 'upload file',
    params,
    multipart: { file: { filename: file ?? 'build.ts', content, contentType: 'text/plain' } },
    expect: 201,
  })
  vu.check('file uploaded', uploaded.status === 201)
  const committed = await call(vu, 'POST', '/projects/{id}/commit', {
    name: 'commit',
    params,
    json: { message: `Add ${file}` },
    expect: 201,
  })
  vu.check('committed', committed.status === 201)
}
