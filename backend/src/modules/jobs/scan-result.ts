import { createReadStream } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { ExecutionFailed } from '../../ports/execution.ts'
import { ScanFailed, type Scanner, ScannerUnavailable, type ScanVerdict } from '../../ports/scanner.ts'
import type { ScanState } from './job.ts'

/** A scanner that loads new signatures is away for a minute or two. */
const PAUSES_MS = [1000, 4000, 15_000, 40_000, 60_000]

/**
 * Scans one file that a task made. While the scanner is away it is waited for, for two minutes; then another attempt
 * may do better.
 *
 * @throws ExecutionFailed when malware is found in it, or it is not known whether there is any
 */
export async function scanResult(
  scanner: Scanner,
  path: string,
  { fileName, sizeBytes }: { readonly fileName: string; readonly sizeBytes: number },
  signal: AbortSignal,
  pausesMs: readonly number[] = PAUSES_MS,
): Promise<ScanState> {
  if (!scanner.enabled) return 'UNSCANNED'
  const { state, signature, unread } = await scanWithPatience(
    () => scanner.scan({ content: createReadStream(path, { highWaterMark: 2 ** 18 }), sizeBytes, signal }),
    fileName,
    signal,
    pausesMs,
  )
  if (state === 'INFECTED') {
    throw new ExecutionFailed(
      'RESULT_INFECTED',
      `The scanner found ${signature} in the result ${fileName}, and nothing of the task was kept.`,
      false,
    )
  }
  if (unread !== undefined) {
    throw new ExecutionFailed(
      'RESULT_NOT_SCANNED',
      `The scanner cannot look into the whole of the result ${fileName}: it is ${unread === 'ENCRYPTED' ? 'encrypted' : 'an archive beyond its limits'}.`,
      false,
    )
  }
  return state
}

async function scanWithPatience(
  scan: () => Promise<ScanVerdict>,
  fileName: string,
  signal: AbortSignal,
  pausesMs: readonly number[],
): Promise<ScanVerdict> {
  for (let tried = 0; ; tried += 1) {
    try {
      return await scan()
    } catch (error) {
      signal.throwIfAborted()
      const pauseMs = pausesMs[tried]
      if (error instanceof ScannerUnavailable && pauseMs !== undefined) {
        await setTimeout(pauseMs, undefined, { signal })
        continue
      }
      if (!(error instanceof ScannerUnavailable || error instanceof ScanFailed)) throw error
      throw new ExecutionFailed(
        'RESULT_NOT_SCANNED',
        `The result ${fileName} could not be scanned, and is not given out before: ${error.message}`,
        true,
      )
    }
  }
}
