import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { ModelTarget } from '../../lib/target/model.ts'
import codepal from '../../scenarios/codepal/target.ts'

const open: ModelTarget[] = []
const sockets: WebSocket[] = []
/** Ends everything a test has opened. */
export async function closeAll(): Promise<void> {
  for (const socket of sockets.splice(0)) socket.terminate()
  await Promise.all(open.splice(0).map((target) => target.close()))
}

interface Answer {
  status: number
  headers: Headers
  body: Record<string, unknown>
}

export class Client {
  readonly url: string
  readonly token: string

  constructor(url: string, token = '') {
    this.url = url
    this.token = token
  }

  async ask(method: string, path: string, body?: unknown): Promise<Answer> {
    const headers = new Headers()
    if (this.token !== '') headers.set('authorization', `Bearer ${this.token}`)
    if (body !== undefined && !(body instanceof FormData)) headers.set('content-type', 'application/json')
    const payload = body instanceof FormData ? body : JSON.stringify(body)
    const response = await fetch(this.url + path, { method, headers, body: payload })
    const text = await response.text()
    const json = response.headers.get('content-type')?.startsWith('application/json')
    return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : { text } }
  }

  get = (path: string) => this.ask('GET', path)
  post = (path: string, body: unknown) => this.ask('POST', path, body)

  async loggedIn(username = 'ada'): Promise<Client> {
    const { body } = await this.post('/auth/login', { username, password: 'secret' })
    return new Client(this.url, String(body.token))
  }

  async enter(roomId: string): Promise<WebSocket> {
    const { body } = await this.post('/collaboration/join', { roomId })
    const socket = new WebSocket(`${this.url.replace('http', 'ws')}${body.socketPath}?token=${this.token}`)
    sockets.push(socket)
    await once(socket, 'open')
    return socket
  }
}

export async function start(condition = 'healthy'): Promise<Client> {
  const target = await codepal.start({ port: 0, condition, seed: 1 })
  open.push(target)
  return new Client(target.url)
}

export async function loggedIn(condition = 'healthy'): Promise<Client> {
  return (await start(condition)).loggedIn()
}

/** Answers of as many calls, made by some users at a time. */
export async function crowd<T>(calls: number, users: number, call: () => Promise<T>): Promise<T[]> {
  const answers: T[] = []
  let begun = 0
  const user = async () => {
    while (begun++ < calls) answers.push(await call())
  }
  await Promise.all(Array.from({ length: users }, user))
  return answers
}
