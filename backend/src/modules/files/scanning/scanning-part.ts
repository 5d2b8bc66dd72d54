import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import { type Listener, listen } from '../../../database/index.ts'
import { ScannerUnavailable } from '../../../ports/scanner.ts'
import type { WorkerPart } from '../../notifications/index.ts'
import { FILE_SCANS_CHANNEL } from '../watch/file-notice.ts'
import { Bell } from './bell.ts'
import { backlogMetrics, ScanMetrics } from './scan-metrics.ts'
import { ScanQueue } from './scan-queue.ts'
import { type ScanTools, scanVersion } from './scan-version.ts'
import { ScannerWatch, type ScannerWatchOptions } from './scanner-watch.ts'

export interface ScanningOptions
  extends Pick<ScanTools, 'dataSource' | 'objects' | 'uploads' | 'removals' | 'scanner' | 'log'>,
    Pick<ScannerWatchOptions, 'intervalMs' | 'toldAfterSeconds'> {
  readonly databaseUrl: string
  readonly registry: Registry
  /** Scans that this worker does at a time; each takes a few megabytes. Default 2. */
  readonly concurrency?: number
}

const CONCURRENCY = 2
/** Between two looks for what is due by the clock; what is sent is told of at once. */
const POLL_MS = 2000

/** Scans what was uploaded, and again what was released when there are newer signatures. */
export function scanningPart(options: ScanningOptions): WorkerPart {
  const { dataSource, databaseUrl, registry, scanner, log, concurrency = CONCURRENCY } = options
  const queue = new ScanQueue(dataSource)
  const watch = new ScannerWatch({ ...options, queue })
  const tools: ScanTools = { ...options, queue, metrics: new ScanMetrics(registry) }
  backlogMetrics(registry, dataSource)
  const stop = new AbortController()
  const bell = new Bell()
  let listener: Listener | undefined
  let lanes: readonly Promise<void>[] = []

  async function scanNext(lane: number): Promise<boolean> {
    if (!watch.reachable) return false
    // One lane at the most is kept from those who wait by what is only scanned again.
    const claim = (await queue.claim('first')) ?? (lane === 0 ? await queue.claim('again') : undefined)
    if (claim === undefined) return false
    await scanVersion(tools, claim, stop.signal)
    return true
  }

  async function run(lane: number): Promise<void> {
    while (!stop.signal.aborted) {
      const { rung } = bell
      let scanned = false
      try {
        scanned = await scanNext(lane)
      } catch (error) {
        if (error instanceof ScannerUnavailable) watch.away()
        if (!stop.signal.aborted) logFailure(log, error)
      }
      if (!scanned) await bell.wait(POLL_MS, rung)
    }
  }

  return {
    async start() {
      listener = await listen(databaseUrl, { channels: [FILE_SCANS_CHANNEL], log })
      listener.on('notification', () => bell.ring())
      listener.on('resync', () => bell.ring())
      watch.start()
      lanes = Array.from({ length: concurrency }, (_, lane) => run(lane))
      log.info({ scanner: scanner.enabled }, 'files are scanned')
    },
    async stop() {
      stop.abort(new Error('the worker ends'))
      bell.ring()
      await Promise.all(lanes)
      await watch.stop()
      await listener?.close()
    },
    // That the scanner is away is told elsewhere, and restarting a worker does not bring it back.
    healthy: () => true,
  }
}

function logFailure(log: Logger, error: unknown): void {
  if (error instanceof ScannerUnavailable) log.warn({ err: error }, 'the scanner went away in a scan')
  else log.error({ err: error }, 'a version could not be taken to be scanned')
}
