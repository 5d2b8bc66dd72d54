import { join } from 'node:path'
import type { ProducedFile } from '../../../ports/execution.ts'
import { ExecutionFailed } from '../../../ports/execution.ts'
import type { Objects } from '../../../ports/objects.ts'
import type { Scanner } from '../../../ports/scanner.ts'
import { attemptPrefix, type TaskOutput } from '../job.ts'
import { scanResult } from '../scan-result.ts'
import type { Attempt } from '../task-store.ts'

/**
 * Scans what a task made and stores it under the attempt's own prefix. Where malware is found in one of its files,
 * none is kept.
 *
 * @throws ExecutionFailed
 */
export async function storeFiles(
  stores: { readonly objects: Objects; readonly scanner: Scanner },
  attempt: Attempt,
  folder: string,
  files: readonly ProducedFile[],
  signal: AbortSignal,
): Promise<TaskOutput[]> {
  const prefix = attemptPrefix(attempt.jobId, attempt.index, attempt.attempt)
  const outputs: TaskOutput[] = []
  try {
    for (const [position, file] of files.entries()) {
      const path = join(folder, file.fileName)
      const scanState = await scanResult(stores.scanner, path, file, signal)
      const objectKey = `${prefix}${position}`
      await stores.objects.putFile(objectKey, path, { mediaType: file.mediaType, signal })
      outputs.push({ ...file, scanState, objectKey })
    }
  } catch (error) {
    if (signal.aborted || error instanceof ExecutionFailed) throw error
    const text = error instanceof Error ? error.message : String(error)
    throw new ExecutionFailed('RESULT_NOT_STORED', `The results could not be stored: ${text}`, true)
  }
  return outputs
}

export async function removeAttemptFiles(objects: Objects, attempt: Attempt): Promise<void> {
  await objects.deletePrefix(attemptPrefix(attempt.jobId, attempt.index, attempt.attempt))
}
