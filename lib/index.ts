/** What a scenario file imports as `volley`. */

export type { Random } from './core/base/random.ts'
export { RpcError } from './core/protocol/json-rpc.ts'
export { csv, json } from './core/scenario/feeder.ts'
export type {
  CookieJar,
  DataRow,
  FilePart,
  HttpResponse,
  JsonRpcOptions,
  LinkOptions,
  McpOptions,
  MessageId,
  MetricHandle,
  ReceiveOptions,
  ReconnectOptions,
  RequestOptions,
  RetryOptions,
  RpcBatchEntry,
  RpcCallOptions,
  RpcNotification,
  RpcOutcome,
  SocketMessage,
  SocketOptions,
  StreamChunk,
  StreamEvent,
  StreamItem,
  StreamKind,
  StreamLine,
  StreamOptions,
  TcpOptions,
  VirtualMcp,
  VirtualRpc,
  VirtualSocket,
  VirtualStream,
  VirtualTcp,
  VirtualUser,
} from './core/scenario/flow.ts'
export { FlowError } from './core/scenario/flow.ts'
export type { ScenarioProfiles, ScenarioThresholds } from './core/scenario/scenario.ts'
export { defineScenario } from './core/scenario/scenario.ts'
