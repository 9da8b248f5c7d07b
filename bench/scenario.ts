import { defineScenario, type ScenarioProfiles, type VirtualUser } from 'volley'

/** A body for each user and iteration: no two requests carry the same. */
const loginOf = (vu: VirtualUser) => ({ name: `user-${vu.id}`, password: `secret-${vu.iteration}` })
const orderOf = (vu: VirtualUser, item: number) => ({
  item,
  amount: 1 + (vu.iteration % 5),
  note: `order of ${vu.id}`,
})

type Profile = ScenarioProfiles[string]

const closed = (flow: string): Profile => ({
  executors: [{ executor: 'constant-vus', users: 64, duration: '2m', gracefulStop: '1s', flows: [flow] }],
})
const arrivals = (flow: string): Profile => ({
  executors: [
    { executor: 'constant-arrival-rate', rate: 1_000, duration: '10s', maxUsers: 4_000, flows: [flow] },
  ],
})
const crowd = (flow: string, ramp: `${number}s`, hold: `${number}s`): Profile => ({
  executors: [
    {
      executor: 'ramping-vus',
      flows: [flow],
      gracefulStop: '2s',
      stages: [
        { name: 'ramp', duration: ramp, users: 100 },
        { name: 'hold', duration: hold, users: 100 },
      ],
    },
  ],
})

/** What the benches run: one journey of three JSON requests in three dresses, and what transports, density and schedule need. */
export default defineScenario({
  name: 'bench',
  target: { url: 'http://127.0.0.1:8080' },
  metrics: { order_value: { kind: 'trend', unit: 'ms' } },
  flows: {
    journey: {
      run: async (vu) => {
        const login = await vu.post('/login', { json: loginOf(vu) })
        if (login.status !== 200) vu.fail('login_failed')
        const { token } = login.json<{ token: string }>()
        const item = (await vu.get('/items/7')).json<{ id: number }>()
        const headers = { authorization: token }
        const order = await vu.post('/orders', { json: orderOf(vu, item.id), headers })
        if (order.status !== 200 || order.json<{ id: number }>().id === 0) vu.fail('order_failed')
      },
    },
    checked: {
      run: async (vu) => {
        const login = await vu.post('/login', { json: loginOf(vu) })
        const { token } = login.json<{ token: string }>()
        vu.check('logged in', login.status === 200)
        const shown = await vu.get('/items/7')
        const item = shown.json<{ id: number; price: number }>()
        vu.check('shown', shown.status === 200)
        vu.check('has a price', item.price > 0)
        const order = await vu.post('/orders', {
          json: orderOf(vu, item.id),
          headers: { authorization: token },
        })
        vu.check('ordered', order.status === 200 && order.json<{ id: number }>().id > 0)
      },
    },
    tagged: {
      run: async (vu) => {
        const tags = { tier: 'api' }
        const login = await vu.post('/login', { json: loginOf(vu), tags })
        vu.vars.token = login.json<{ token: string }>().token
        vu.vars.item = await vu.step(
          'look',
          async () => (await vu.get('/items/7', { tags })).json<{ id: number }>().id,
        )
        const headers = { authorization: String(vu.vars.token) }
        const order = await vu.post('/orders', { json: orderOf(vu, Number(vu.vars.item)), headers, tags })
        vu.metrics.order_value.add(order.json<{ id: number }>().id, tags)
        vu.check('ordered', order.status === 200)
      },
    },
    think: {
      run: async (vu) => {
        await vu.get('/items/7')
        await vu.think('3s')
      },
    },
    chat: {
      run: async (vu) => {
        const socket = await vu.websocket('/echo')
        for (let n = 0; !vu.signal.aborted; n++) {
          const match = (message: { json<T>(): T }): boolean => message.json<{ n: number }>().n === n
          await socket.request({ n, from: vu.id }, { match, timeout: '20s' })
          await vu.think('1s')
        }
      },
    },
    /** Its connection is closed, so that the next one begins with a handshake. */
    stranger: {
      run: async (vu) => void (await vu.get('/items/7', { headers: { connection: 'close' } })),
    },
    nothing: { run: async () => {} },
    call: {
      run: async (vu) => {
        await vu.get('/items/7')
      },
    },
  },
  profiles: {
    journey: closed('journey'),
    checked: closed('checked'),
    tagged: closed('tagged'),
    stranger: closed('stranger'),
    think: crowd('think', '8s', '10s'),
    chat: crowd('chat', '6s', '8s'),
    nothing: arrivals('nothing'),
    call: arrivals('call'),
  },
})
