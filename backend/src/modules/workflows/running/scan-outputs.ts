import { setTimeout } from 'node:timers/promises'
import { ObjectNotFound, type Objects } from '../../../ports/objects.ts'
import { ScanFailed, type Scanner, ScannerUnavailable, type ScanVerdict } from '../../../ports/scanner.ts'
import type { TaskOutput } from '../../jobs/index.ts'
import type { CollectedOutput } from './container-store.ts'
import { stepFailed } from './step-failure.ts'

export interface OutputScan {
  readonly objects: Objects
  readonly scanner: Scanner
  readonly signal: AbortSignal
  /** Of performance.now(): no scan is waited for beyond. */
  readonly deadlineMs: number
  /** Told while something has to be waited for; undefined when no more. */
  readonly onWaiting: (message: string | undefined) => void
  /** Between tries while the scanner or the store is away. Default: 1 s to 60 s. */
  readonly pausesMs?: readonly number[]
}

const PAUSES_MS = [1_000, 4_000, 15_000, 60_000]
/**
 * The containers have run: to run them again costs more than to wait. After this another attempt is as good, and the
 * operator has long been told.
 */
const PATIENCE_MS = 1_800_000
/** Files that are scanned at a time. */
const LANES = 4
/** Failures of scans other than that nobody answers. */
const SCAN_TRIES = 4

/**
 * Scans what a step left, in the store. All of it: the first malware that is found fails the step, and whoever calls
 * keeps nothing of it.
 *
 * @throws ExecutionFailed
 */
export async function scanOutputs(
  outputs: readonly CollectedOutput[],
  scan: OutputScan,
): Promise<TaskOutput['scanState'][]> {
  if (!scan.scanner.enabled) return outputs.map(() => 'UNSCANNED')
  const states = outputs.map((): TaskOutput['scanState'] => 'PENDING')
  const failed = new AbortController()
  const signal = AbortSignal.any([scan.signal, failed.signal])
  const queue = outputs.entries()
  const lane = async () => {
    for (const [position, output] of queue) {
      signal.throwIfAborted()
      states[position] = await scanOutput(output, { ...scan, signal })
    }
  }
  const lanes = Array.from({ length: LANES }, () =>
    lane().catch((error: unknown) => {
      failed.abort(error)
      throw error
    }),
  )
  await Promise.allSettled(lanes)
  scan.signal.throwIfAborted()
  // The first: the others were ended by it.
  failed.signal.throwIfAborted()
  return states
}

async function scanOutput(output: CollectedOutput, scan: OutputScan): Promise<TaskOutput['scanState']> {
  const { state, signature, unread } = await scanWithPatience(output, scan)
  if (state === 'INFECTED') {
    throw stepFailed(
      'RESULT_INFECTED',
      `The scanner found ${signature} in ${nameOf(output)}, and nothing of the step was kept.`,
    )
  }
  if (unread !== undefined) {
    throw stepFailed(
      'RESULT_NOT_SCANNED',
      `The scanner cannot look into the whole of ${nameOf(output)}: it is ${unread === 'ENCRYPTED' ? 'encrypted' : 'an archive beyond its limits'}. Leave it in another form.`,
    )
  }
  return state
}

async function scanWithPatience(output: CollectedOutput, scan: OutputScan): Promise<ScanVerdict> {
  const { objects, scanner, signal, onWaiting, pausesMs = PAUSES_MS } = scan
  const patienceEndMs = performance.now() + PATIENCE_MS
  for (let tried = 0; ; tried += 1) {
    try {
      const content = await objects.get(output.objectKey)
      const verdict = await scanner.scan({ content, sizeBytes: output.sizeBytes, signal })
      if (tried > 0) onWaiting(undefined)
      return verdict
    } catch (error) {
      signal.throwIfAborted()
      const text = error instanceof Error ? error.message : String(error)
      if (error instanceof ObjectNotFound) {
        throw stepFailed('RESULT_NOT_STORED', `${nameOf(output)} is not in the store any more.`, true)
      }
      const pauseMs = pausesMs[Math.min(tried, pausesMs.length - 1)] ?? 0
      const next = performance.now() + pauseMs
      const away = error instanceof ScannerUnavailable
      if (next > scan.deadlineMs) {
        throw stepFailed(
          'EXECUTION_DURATION_EXCEEDED',
          `The run's time was over before ${nameOf(output)} could be scanned: ${text} Ask for a longer execution duration.`,
        )
      }
      if (next > patienceEndMs || (error instanceof ScanFailed && tried + 1 >= SCAN_TRIES)) {
        throw stepFailed(
          'RESULT_NOT_SCANNED',
          `${nameOf(output)} could not be scanned, and is not given out before: ${text}`,
          true,
        )
      }
      onWaiting(
        away
          ? 'The scanner is away; what was made waits for it.'
          : `What was made waits for its scan: ${text}`,
      )
      await setTimeout(pauseMs, undefined, { signal })
    }
  }
}

function nameOf({ number, path }: CollectedOutput): string {
  return `the output ${path} of container ${number}`
}
