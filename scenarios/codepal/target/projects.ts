import type { FastifyInstance, FastifyRequest } from 'fastify'
import { BoundedMap } from '../../../lib/target/bounded-map.ts'
import { Refusal } from '../../../lib/target/refusal.ts'
import { userIdOf } from './access.ts'

const PROJECTS_LIMIT = 50_000
const UPLOADED = 'uploadedFiles'

const createSchema = {
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string', minLength: 1, maxLength: 100 } },
}
const fileSchema = {
  type: 'object',
  required: ['path', 'content'],
  properties: { path: { type: 'string', minLength: 1, maxLength: 500 }, content: { type: 'string' } },
}
const commitSchema = {
  type: 'object',
  required: ['message'],
  properties: { message: { type: 'string', minLength: 1, maxLength: 500 } },
}

interface Project {
  projectId: string
  name: string
  ownerId: string
  files: number
  commits: number
}
interface UploadedFile {
  path: string
  sizeBytes: number
}
type OfProject<Body> = { Params: { id: string }; Body: Body }

/** Projects with their files and commits; the newest 50,000 are known. Says how many there are. */
export function addProjects(app: FastifyInstance): () => number {
  const projects = new BoundedMap<string, Project>(PROJECTS_LIMIT)
  let created = 0
  const projectOf = (projectId: string): Project => {
    const project = projects.get(projectId)
    if (project === undefined) throw new Refusal(404, 'PROJECT_UNKNOWN', `there is no project ${projectId}`)
    return project
  }

  app.post<{ Body: { name: string } }>(
    '/projects/create',
    { schema: { body: createSchema } },
    (request, reply) => {
      const { name } = request.body
      const project = {
        projectId: `project-${++created}`,
        name,
        ownerId: userIdOf(request),
        files: 0,
        commits: 0,
      }
      projects.set(project.projectId, project)
      return reply.code(201).send(project)
    },
  )

  app.decorateRequest(UPLOADED)
  app.post<OfProject<{ path: string; content: string }>>(
    '/projects/:id/files',
    {
      schema: { body: { content: { 'application/json': { schema: fileSchema } } } },
      preValidation: receiveFiles,
    },
    (request, reply) => {
      const project = projectOf(request.params.id)
      const uploaded = request.isMultipart()
        ? request.getDecorator<UploadedFile[]>(UPLOADED)
        : [sizeOf(request.body)]
      project.files += uploaded.length
      return reply.code(201).send({ projectId: project.projectId, files: project.files, uploaded })
    },
  )

  app.post<OfProject<{ message: string }>>(
    '/projects/:id/commit',
    { schema: { body: commitSchema } },
    ({ params, body: { message } }, reply) => {
      const project = projectOf(params.id)
      const commitId = `${project.projectId}-commit-${++project.commits}`
      return reply.code(201).send({ projectId: project.projectId, commitId, message, files: project.files })
    },
  )
  return () => projects.size
}

async function receiveFiles(request: FastifyRequest): Promise<void> {
  if (!request.isMultipart()) return
  const uploaded: UploadedFile[] = []
  for await (const { file, filename } of request.files()) {
    let sizeBytes = 0
    for await (const chunk of file) sizeBytes += (chunk as Buffer).length
    uploaded.push({ path: filename, sizeBytes })
  }
  if (uploaded.length === 0)
    throw new Refusal(400, 'SCHEMA_INVALID', 'the upload must hold at least one file')
  request.setDecorator(UPLOADED, uploaded)
}

function sizeOf({ path, content }: { path: string; content: string }): UploadedFile {
  return { path, sizeBytes: Buffer.byteLength(content) }
}
