import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import type { Scanner } from '../../../ports/scanner.ts'
import { type Repetition, repeatedly } from '../../../repeatedly.ts'
import type { ScanQueue } from './scan-queue.ts'
import { forgetScanner, writeScannerAway, writeScannerReached } from './scanner-state.ts'

export interface ScannerWatchOptions {
  readonly dataSource: DataSource
  readonly scanner: Scanner
  readonly queue: ScanQueue
  readonly log: Logger
  /** Between two looks. Default: 5 s. */
  readonly intervalMs?: number
  /** For how long it must have been away before the operator is told. Default: 2 minutes. */
  readonly toldAfterSeconds?: number
}

const INTERVAL_MS = 5000
const ANSWER_MS = 10_000
/** Versions that are queued at one look because there are newer signatures: a million takes an hour and a half. */
const OUTDATED_AT_A_LOOK = 1000

/** Asks the scanner again and again how it is, and for its signatures. */
export class ScannerWatch {
  readonly #options: ScannerWatchOptions
  #looking: Repetition | undefined
  #reachable = false

  constructor(options: ScannerWatchOptions) {
    this.#options = options
  }

  /** Whether a scan may be begun: true where scanning is disabled, for then nothing can be away. */
  get reachable(): boolean {
    return this.#reachable || !this.#options.scanner.enabled
  }

  start(): void {
    const { log, intervalMs = INTERVAL_MS } = this.#options
    this.#looking = repeatedly({ name: 'asking the scanner how it is', intervalMs, log }, () => this.#look())
  }

  async stop(): Promise<void> {
    await this.#looking?.stop()
  }

  /** A scan found it away: no other is begun before it has answered. */
  away(): void {
    this.#reachable = false
  }

  async #look(): Promise<void> {
    const { dataSource, scanner, queue, log, toldAfterSeconds } = this.#options
    if (!scanner.enabled) return await forgetScanner(dataSource)
    const version = await scanner.version(AbortSignal.timeout(ANSWER_MS)).catch((error: unknown) => {
      if (this.#reachable) log.warn({ err: error }, 'the scanner is away: files wait')
      return error instanceof Error ? error : new Error(String(error))
    })
    if (version instanceof Error) {
      this.#reachable = false
      await writeScannerAway(dataSource, version.message, toldAfterSeconds)
    } else if (version !== undefined) {
      if (!this.#reachable) log.info(version, 'the scanner answers')
      this.#reachable = true
      await writeScannerReached(dataSource, version)
      const queued = await queue.queueOutdated(version.signatureVersion, OUTDATED_AT_A_LOOK)
      if (queued > 0) log.info({ queued, ...version }, 'released files are scanned with newer signatures')
    }
  }
}
