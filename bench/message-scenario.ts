import { defineScenario, type ScenarioProfiles, type SocketMessage } from 'volley'
import { TEXT } from './peers/message-client.ts'

const whole = (flow: string): ScenarioProfiles[string] => ({
  executors: [{ executor: 'constant-vus', users: 64, duration: '1m', gracefulStop: '0s', flows: [flow] }],
})
const answers = (n: number) => (message: SocketMessage) => message.json<{ n: number }>().n === n

/** What the bench of messages runs: each user sends one after the other's answer, for as long as it lives. */
export default defineScenario({
  name: 'messages',
  target: { url: 'http://127.0.0.1:8080' },
  flows: {
    websocket: {
      run: async (vu) => {
        const socket = await vu.websocket('/echo')
        for (let n = 0; !vu.signal.aborted; n++)
          await socket.request({ n, from: vu.id, text: TEXT }, { match: answers(n) })
      },
    },
    tcp: {
      run: async (vu) => {
        const connection = await vu.tcp('tcp:')
        for (let n = 0; !vu.signal.aborted; n++)
          await connection.request({ n, from: vu.id, text: TEXT }, { match: answers(n) })
      },
    },
    rpc: {
      run: async (vu) => {
        const peer = await vu.jsonRpc('/rpc', { over: 'websocket' })
        for (let n = 0; !vu.signal.aborted; n++) await peer.call('say', { n, from: vu.id, text: TEXT })
      },
    },
  },
  profiles: { websocket: whole('websocket'), tcp: whole('tcp'), rpc: whole('rpc') },
})
