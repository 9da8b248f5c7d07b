import { expect, it } from 'vitest'
import { any, Inbox, type Told } from '../../../../../functions/generator/messages/inbox.ts'
import { Deadlines } from '../../../../../functions/generator/time/deadlines.ts'
import { FlowError } from '../../../../../lib/core/scenario/flow.ts'

it('keeps a message for later where its readers were told that they wait in vain', () => {
  const heard: string[] = []
  const told = (name: string): Told<string> => ({
    resolve: (item) => heard.push(`${name} got ${item}`),
    reject: ({ message }) => heard.push(`${name}: ${message}`),
  })
  const inbox = new Inbox<string>({ timeoutClass: 'late', sizeOf: (item) => item.length }, true, {
    events: { onDropped: () => heard.push('dropped') },
    deadlines: new Deadlines(() => 0),
  })
  const patience = { nowMs: 0, timeoutMs: 1_000 }
  const lose = (): boolean => {
    inbox.fail(new FlowError('lost'))
    return false
  }
  inbox.read(lose, patience, told('first'))
  inbox.expect(undefined, undefined, patience, told('second'))
  inbox.deliver('a')
  inbox.read(any, patience, told('third'))
  expect(heard).toEqual(['first: lost', 'second: lost', 'third got a'])
})
