import { Counter, Histogram, type Registry } from 'prom-client'
import type { DataSource } from 'typeorm'
import { SharedFigures, sharedGauge } from '../../../database/index.ts'
import { readScanBacklog } from './scan-backlog.ts'
import type { ScanOutcome } from './scan-outcome.ts'

/** What this worker scans. */
export class ScanMetrics {
  readonly #scans: Counter<'outcome'>
  readonly #bytes: Counter
  readonly #seconds: Histogram

  constructor(registry: Registry) {
    this.#scans = new Counter({
      name: 'fairlead_file_scans_total',
      help: 'Scans of files that ended, by what came of them; failed: without a verdict.',
      labelNames: ['outcome'],
      registers: [registry],
    })
    for (const outcome of ['clean', 'unscanned', 'infected', 'rejected', 'failed'])
      this.#scans.inc({ outcome }, 0)
    this.#bytes = new Counter({
      name: 'fairlead_file_scanned_bytes_total',
      help: 'Bytes of files that were scanned to a verdict.',
      registers: [registry],
    })
    this.#seconds = new Histogram({
      name: 'fairlead_file_scan_seconds',
      help: 'What a scan to a verdict takes.',
      buckets: [0.01, 0.1, 1, 10, 60, 600, 3600],
      registers: [registry],
    })
  }

  scanned(state: ScanOutcome['state'], bytes: number, seconds: number): void {
    this.#scans.inc({ outcome: state.toLowerCase() })
    this.#bytes.inc(bytes)
    this.#seconds.observe(seconds)
  }

  failed(): void {
    this.#scans.inc({ outcome: 'failed' })
  }
}

/** Registers what waits in the whole installation, and whether the scanner is there. */
export function backlogMetrics(registry: Registry, dataSource: DataSource): void {
  const figures = new SharedFigures<{
    waiting: number
    waitingBytes: number
    waitingSeconds: number
    failed: number
    rescans: number
    away: number
    signaturesAgeSeconds: number
  }>(dataSource, {
    name: 'file-scans',
    freshMs: 10_000,
    validMs: 60_000,
    count: async () => {
      const backlog = await readScanBacklog(dataSource)
      return {
        waiting: Number(backlog.waitingCount),
        waitingBytes: Number(backlog.waitingBytes),
        waitingSeconds:
          backlog.waitingSince === undefined ? 0 : (Date.now() - backlog.waitingSince.getTime()) / 1000,
        failed: Number(backlog.failedCount),
        rescans: Number(backlog.rescanCount),
        away: backlog.away ? 1 : 0,
        signaturesAgeSeconds:
          backlog.signatureTime === undefined ? 0 : (Date.now() - backlog.signatureTime.getTime()) / 1000,
      }
    },
  })
  sharedGauge(registry, figures, {
    name: 'fairlead_file_scans_waiting',
    help: 'Versions of files that wait for their first scan.',
    figureOf: ({ waiting }) => waiting,
  })
  sharedGauge(registry, figures, {
    name: 'fairlead_file_scans_waiting_bytes',
    help: 'Bytes of versions of files that wait for their first scan.',
    figureOf: ({ waitingBytes }) => waitingBytes,
  })
  sharedGauge(registry, figures, {
    name: 'fairlead_file_scans_waiting_seconds',
    help: 'For how long the version that has waited longest for its first scan has.',
    figureOf: ({ waitingSeconds }) => waitingSeconds,
  })
  sharedGauge(registry, figures, {
    name: 'fairlead_file_scans_failing',
    help: 'Versions of files whose scan failed again and again.',
    figureOf: ({ failed }) => failed,
  })
  sharedGauge(registry, figures, {
    name: 'fairlead_file_rescans_waiting',
    help: 'Released versions of files that are to be scanned again.',
    figureOf: ({ rescans }) => rescans,
  })
  sharedGauge(registry, figures, {
    name: 'fairlead_file_scanner_away',
    help: '1 while the scanner is not reached; 0 while it is, or where scanning is disabled.',
    figureOf: ({ away }) => away,
  })
  sharedGauge(registry, figures, {
    name: 'fairlead_file_signatures_age_seconds',
    help: 'Since the newest signatures of the scanner were made; 0 where it does not say.',
    figureOf: ({ signaturesAgeSeconds }) => signaturesAgeSeconds,
  })
}
