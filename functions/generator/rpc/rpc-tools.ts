import type { LinkTools, LinkUser } from '../messages/user-links.ts'
import type { TaggedMeters } from '../metering/tagged-meters.ts'
import type { StreamTools, StreamUser } from '../stream/open-stream.ts'
import type { RpcMeter } from './rpc-meter.ts'

/** What JSON-RPC peers are opened with, over whatever carries their messages. */
export interface RpcTools extends LinkTools, StreamTools {
  rpcs: TaggedMeters<RpcMeter>
}

/** The user whose peer it is. */
export interface RpcUser extends LinkUser, StreamUser {}
