import { defineScenario } from 'volley'
import plain from './scenario.ts'

/** What the benches run, over HTTP/2. */
export default defineScenario({ ...plain, http: { version: '2', tls: { insecure: true } } })
