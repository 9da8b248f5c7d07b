import { describe, expect, it, vi } from 'vitest'
import type { VirtualMcp } from '../../lib/core/scenario/flow.ts'
import { type McpServer, mcpServer, openMcp } from './mcp-server.ts'

const failed = (errorClass: string): unknown => expect.objectContaining({ errorClass })

describe('an MCP session that the server has forgotten', () => {
  const QUICKLY = { attempts: 3, backoff: '5ms', maxBackoff: '20ms' }
  const lostCall = (mcp: VirtualMcp): Promise<void> =>
    expect(mcp.call('tools/call')).rejects.toEqual(failed('mcp_session_lost'))
  /** What was asked for, each with the session it was asked in. */
  const askedOf = (server: McpServer): string[] =>
    server.asked.map(({ method, session, body }) => `${body.method ?? method} ${session ?? '-'}`)

  it('fails the calls that find it lost, and is followed by one new session for all of them', async () => {
    const server = await mcpServer()
    const returns: (string | undefined)[] = []
    const { mcp, probe } = await openMcp(server.origin, {
      reconnect: QUICKLY,
      onReconnected: () => void returns.push(mcp.sessionId),
    })
    server.forget()
    await Promise.all([lostCall(mcp), lostCall(mcp), lostCall(mcp)])
    const [search] = await Promise.all([mcp.call('tools/call'), mcp.notify('log')])
    expect([search, mcp.sessionId, mcp.open, returns]).toEqual([{ content: [] }, 's-2', true, ['s-2']])
    await mcp.close()
    // The third call may be on its way yet, on a connection of its own, when the first has been answered.
    const asked = askedOf(server).slice(2)
    expect(asked.slice(0, 4).toSorted()).toEqual(['initialize -', ...Array(3).fill('tools/call s-1')])
    expect(asked.slice(4)).toEqual([
      'notifications/initialized s-2',
      ...['tools/call s-2', 'log s-2', 'DELETE s-2'],
    ])
    const initialisations = server.asked.filter(({ body }) => body.method === 'initialize')
    expect(initialisations.map(({ version }) => version)).toEqual([undefined, undefined])
    expect(probe.recorded('mcp_reconnects')).toMatchObject([{ tags: { flow: 'only' }, sum: 1 }])
    expect(probe.recorded('mcp_reconnecting')).toMatchObject([{ tags: { flow: 'only' }, count: 1 }])
    const failures = probe.recorded('rpc_failed').filter(({ tags }) => 'error' in tags)
    expect(failures).toMatchObject([{ tags: { error: 'mcp_session_lost', name: 'tools/call' }, trues: 3 }])
  })

  it('is followed by another each time it is forgotten', async () => {
    const server = await mcpServer()
    const { mcp, probe } = await openMcp(server.origin, { reconnect: QUICKLY })
    for (const session of ['s-2', 's-3']) {
      server.forget()
      await lostCall(mcp)
      expect([await mcp.call('tools/call'), mcp.sessionId]).toEqual([{ content: [] }, session])
    }
    expect(probe.recorded('mcp_reconnects')).toMatchObject([{ sum: 2 }])
  })

  it('is not taken up again by an answer that comes late', async () => {
    const server = await mcpServer()
    const { mcp } = await openMcp(server.origin, { reconnect: { backoff: '200ms', jitter: 0 } })
    const slow = mcp.call('slow')
    await vi.waitFor(() => expect(askedOf(server)).toContain('slow s-1'))
    server.forget()
    await lostCall(mcp)
    server.release()
    expect([await slow, mcp.sessionId]).toEqual(['late', undefined])
    expect([await mcp.call('tools/call'), mcp.sessionId]).toEqual([{ content: [] }, 's-2'])
  })

  it('is asked for again where no other one was given at first, and counted once', async () => {
    const server = await mcpServer()
    const { mcp, probe } = await openMcp(server.origin, { reconnect: QUICKLY })
    server.forget(2)
    await lostCall(mcp)
    expect(await mcp.call('tools/call')).toEqual({ content: [] })
    expect(askedOf(server).filter((asked) => asked === 'initialize -')).toHaveLength(4)
    expect(probe.recorded('mcp_reconnects')).toMatchObject([{ sum: 1 }])
  })

  it.each([
    ['forgets the new one at once, too', 'forgetful', 's-3'],
    ['cannot go on with the new one', 'hesitant', 's-2'],
  ] as const)('is followed by the next one where the server %s', async (_, reluctance, last) => {
    const server = await mcpServer()
    const { mcp, probe } = await openMcp(server.origin, { reconnect: QUICKLY })
    server.forget(reluctance)
    await lostCall(mcp)
    expect([await mcp.call('tools/call'), mcp.sessionId]).toEqual([{ content: [] }, last])
    expect(askedOf(server).slice(3)).toEqual([
      ...['initialize -', 'notifications/initialized s-2'],
      ...['initialize -', `notifications/initialized ${last}`, `tools/call ${last}`],
    ])
    expect(probe.recorded('mcp_reconnects')).toMatchObject([{ sum: 1 }])
  })

  it('is given up after its tries, with why the last one failed', async () => {
    const server = await mcpServer()
    const { mcp, probe } = await openMcp(server.origin, { reconnect: QUICKLY })
    server.forget(9)
    await lostCall(mcp)
    for (const _ of ['while it waits', 'afterwards'])
      await expect(mcp.call('tools/call')).rejects.toEqual(failed('rpc_refused'))
    expect([mcp.open, probe.recorded('mcp_reconnects')]).toEqual([false, []])
    expect(askedOf(server).filter((asked) => asked === 'initialize -')).toHaveLength(4)
  })

  it('lets no call wait past its timeout', async () => {
    const server = await mcpServer()
    const { mcp } = await openMcp(server.origin, { reconnect: QUICKLY })
    server.forget('silent')
    await lostCall(mcp)
    const late = mcp.call('tools/call', {}, { timeout: '40ms' })
    await expect(late).rejects.toMatchObject({
      errorClass: 'rpc_timeout',
      message: 'not ready again within 40 ms',
    })
  })

  it('is listened to again', async () => {
    const server = await mcpServer()
    const { mcp } = await openMcp(server.origin, { reconnect: QUICKLY, listen: true })
    server.forget()
    await lostCall(mcp)
    await vi.waitFor(() => expect(server.listening).toHaveLength(2))
    await vi.waitFor(() => expect(server.listening[0]?.closed).toBe(true))
    server.listening[1]?.write('data: {"jsonrpc":"2.0","method":"again"}\n\n')
    expect((await mcp.receive({ method: 'again' })).method).toBe('again')
    expect(askedOf(server)).toContain('GET s-2')
  })

  it('stays lost where the flow says so', async () => {
    const server = await mcpServer()
    const { mcp } = await openMcp(server.origin, { reconnect: false })
    server.forget()
    await lostCall(mcp)
    await lostCall(mcp)
    expect(askedOf(server).slice(2)).toEqual(['tools/call s-1', 'tools/call s-1'])
  })

  it('stays lost once it is closed', async () => {
    const server = await mcpServer()
    const { mcp } = await openMcp(server.origin, { reconnect: { ...QUICKLY, backoff: '40ms' } })
    server.forget()
    await lostCall(mcp)
    await mcp.close()
    await new Promise((resolve) => setTimeout(resolve, 80))
    expect(askedOf(server).slice(2)).toEqual(['tools/call s-1'])
  })

  it('is ended by a handler that fails', async () => {
    const server = await mcpServer()
    const { mcp } = await openMcp(server.origin, {
      reconnect: QUICKLY,
      onReconnected: () => Promise.reject(new TypeError('oops')),
    })
    server.forget()
    await lostCall(mcp)
    await vi.waitFor(() => expect(mcp.open).toBe(false))
    await expect(mcp.call('tools/call')).rejects.toEqual(failed('type_error'))
  })
})
