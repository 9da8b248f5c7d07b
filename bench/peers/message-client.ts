import { USERS } from './peer.ts'

/** What every message says, whoever sends it. */
export const TEXT = 'how are you today?'

/** One WebSocket of a bare client, as its library has them. */
interface Line {
  send(text: string): void
}

/** Sends the first message of each of 64 connections, and the next one whenever the last has come back. */
export function converse(connect: (onOpen: () => void, onText: (text: string) => void) => Line): void {
  for (let from = 0; from < USERS; from++) {
    let n = 0
    const say = (): void => line.send(JSON.stringify({ n, from, text: TEXT }))
    const line = connect(say, (text) => {
      if ((JSON.parse(text) as { n: number }).n !== n) process.exit(1)
      n++
      say()
    })
  }
}
