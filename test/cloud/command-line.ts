import { afterAll, beforeAll, inject, vi } from 'vitest'

const cloud = inject('cloudEnvironment')

/** The local cloud serves every API under one host. */
export const API = inject('outputs').ApiUrl?.replace(
  /^https:\/\/(\w+)\.execute-api\.[^/]+\/(\w+)\/$/,
  `${cloud.AWS_ENDPOINT_URL}/restapis/$1/$2/_user_request_`,
)

/** Lets the commands of a test file find the deployment, as its user's environment would. */
export function useDeployment(): void {
  beforeAll(() => {
    for (const [name, value] of Object.entries(cloud)) vi.stubEnv(name, value)
    vi.stubEnv('VOLLEY_API', API)
  })
  afterAll(() => {
    vi.unstubAllEnvs()
  })
}
