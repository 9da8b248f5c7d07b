import { defineScenario } from 'volley'
import plain from './scenario.ts'

/** What the benches run, over TLS. */
export default defineScenario({ ...plain, http: { tls: { insecure: true } } })
