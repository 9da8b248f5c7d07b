import { monitorEventLoopDelay, PerformanceObserver, performance } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import type { Health } from '../../../lib/core/results/snapshot.ts'
import { MAX_SOCKETS } from '../net/socket-room.ts'

const NS_PER_MS = 1e6
const US_PER_MS = 1e3
/** The loop's delay is sampled this often; the sampler's readings include the pause itself. */
const SAMPLED_EVERY_MS = 10

/** Measures this process from one reading to the next. */
export class HealthMeter {
  readonly #loopDelay = monitorEventLoopDelay({ resolution: SAMPLED_EVERY_MS })
  readonly #gc: PerformanceObserver
  #gcMs = 0
  #rssBytes = 0
  #cpu = process.cpuUsage()
  #loop = performance.eventLoopUtilization()
  #readAtMs = performance.now()

  constructor() {
    this.#loopDelay.enable()
    this.#gc = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) this.#gcMs += duration
    })
    this.#gc.observe({ entryTypes: ['gc'] })
  }

  /** Health since the last reading. `sockets` are open now. */
  read(sockets: number): Health {
    const nowMs = performance.now()
    const elapsedMs = Math.max(1, nowMs - this.#readAtMs)
    const cpu = process.cpuUsage(this.#cpu)
    const loop = performance.eventLoopUtilization()
    this.#rssBytes = residentBytes() ?? this.#rssBytes
    const health: Health = {
      cpuShare: (cpu.user + cpu.system) / US_PER_MS / elapsedMs,
      loopShare: performance.eventLoopUtilization(loop, this.#loop).utilization,
      loopDelayP99Ms: this.#delayMs(this.#loopDelay.percentile(99)),
      loopDelayMaxMs: this.#delayMs(this.#loopDelay.max),
      gcMs: this.#gcMs,
      heapBytes: getHeapStatistics().used_heap_size,
      rssBytes: this.#rssBytes,
      sockets,
      ...(Number.isFinite(MAX_SOCKETS) && { descriptorShare: sockets / MAX_SOCKETS }),
    }
    this.#cpu = process.cpuUsage()
    this.#loop = loop
    this.#readAtMs = nowMs
    this.#gcMs = 0
    this.#loopDelay.reset()
    return health
  }

  #delayMs(sampledNs: number): number {
    return this.#loopDelay.count === 0 ? 0 : Math.max(0, sampledNs / NS_PER_MS - SAMPLED_EVERY_MS)
  }

  close(): void {
    this.#loopDelay.disable()
    this.#gc.disconnect()
  }
}

/** Linux tells it in a file: `undefined` where this process has no descriptor left to read it with. */
function residentBytes(): number | undefined {
  try {
    return process.memoryUsage.rss()
  } catch {
    return undefined
  }
}
