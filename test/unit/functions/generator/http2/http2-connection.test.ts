import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { Http2Connection } from '../../../../../functions/generator/http2/http2-connection.ts'
import { OriginFields } from '../../../../../functions/generator/http2/request-fields.ts'
import { RequestStream } from '../../../../../functions/generator/http2/request-stream.ts'

describe('a session', () => {
  it('takes no further requests when no number is left for them', () => {
    const written: string[] = []
    const socket = {
      write: (text: string) => written.push(text),
      writableLength: 0,
      destroy: () => undefined,
    }
    const origin = new OriginFields('http://127.0.0.1:8080')
    const told: string[] = []
    const owner = {
      traffic: { readBytes: 0, writtenBytes: 0 },
      onLeaving: () => told.push('shutdown'),
      onRefused: () => told.push('refused'),
      onRoom: () => told.push('room'),
      onOver: () => told.push('over'),
    }
    const handler = {
      ...{ over: false, onRequestStart: () => undefined, onResponseStarted: () => undefined },
      ...{ onResponseStart: () => undefined, onResponseData: () => undefined },
      ...{ onLenient: () => undefined, onPeerClosed: () => undefined, onTakenBack: () => undefined },
      onResponseEnd: () => told.push('answered'),
      onResponseError: () => told.push('failed'),
    }
    const session = new Http2Connection(owner, origin, socket as unknown as Socket, 2 ** 31 - 3)
    const settings = Buffer.from('000000040000000000', 'hex')
    session.read(settings, settings.length)
    for (const hasRoom of [true, false]) {
      const request = { method: 'GET', path: '/', headers: {} }
      session.send(new RequestStream(request, origin.headersOf({}), 0, handler))
      expect(session.hasRoom).toBe(hasRoom)
    }
    expect(written.at(-1)?.slice(5, 9)).toBe('\x7f\xff\xff\xff')
    expect(told).toEqual(['room', 'shutdown'])
    for (const id of ['7ffffffd', '7fffffff']) {
      const answer = Buffer.from(`0000010105${id}88`, 'hex')
      session.read(answer, answer.length)
    }
    expect(told.slice(2)).toEqual(['room', 'answered', 'over', 'room', 'room', 'answered'])
    expect(owner.traffic.writtenBytes).toBe(written.join('').length)
  })
})
