import type { HttpResponse, RequestOptions } from 'volley'
import type { CodePalUser } from '../measures.ts'

const API = { tier: 'api' }
const INVALID = [400, 422]

/** A call of the API: with the user's token once there is one, and counted as invalid or not. */
export async function call(
  vu: CodePalUser,
  method: string,
  path: string,
  options: RequestOptions = {},
): Promise<HttpResponse> {
  const { token } = vu.vars
  const headers =
    token === undefined ? options.headers : { ...options.headers, authorization: `Bearer ${token}` }
  const response = await vu.request(method, path, { ...options, headers, tags: API })
  vu.metrics.validation_errors.add(INVALID.includes(response.status))
  return response
}

/** The same, tried again where the platform was busy for a moment. */
export function callAgain(
  vu: CodePalUser,
  method: string,
  path: string,
  options: RequestOptions = {},
): Promise<HttpResponse> {
  return vu.retry(
    { attempts: 3, backoff: '100ms', until: ({ status }) => status !== 503 && status !== 0 },
    () => call(vu, method, path, options),
  )
}

/** Logs in with credentials made up for this iteration; the token is carried to the later steps. */
export async function login(vu: CodePalUser): Promise<void> {
  vu.vars.token = undefined
  const response = await call(vu, 'POST', '/auth/login', {
    name: 'login',
    json: { username: `dev-${vu.random.string(8)}`, password: vu.random.string(16) },
  })
  if (!vu.check('logged in', response.status === 200))
    vu.fail('login_failed', `login answered ${response.status}`)
  vu.vars.token = response.json<{ token: string }>().token
}
