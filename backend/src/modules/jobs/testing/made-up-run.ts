import { Readable } from 'node:stream'
import type { Objects } from '../../../ports/objects.ts'
import { runPrefix, type TaskOutput } from '../job.ts'
import type { ExternalResult, ExternalRun, ExternalTask } from '../worker/external-run.ts'

export type Doing = (task: ExternalTask) => Promise<ExternalResult>

/** Runs tasks as each test says, and knows which it was given. */
export class MadeUpRun implements ExternalRun {
  readonly begun: ExternalTask[] = []
  #doing: Doing

  constructor(doing: Doing) {
    this.#doing = doing
  }

  /** From the next task on. */
  does(doing: Doing): void {
    this.#doing = doing
  }

  run(task: ExternalTask): Promise<ExternalResult> {
    this.begun.push(task)
    return this.#doing(task)
  }
}

/** Rejects with the signal's reason once it is aborted, and not before. */
export function untilAborted({ signal }: ExternalTask): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason))
  })
}

/** Stores a file where a run has its files. */
export async function storeOutput(objects: Objects, task: ExternalTask, text: string): Promise<TaskOutput> {
  const objectKey = `${runPrefix(task.jobId, task.index, task.run)}0`
  await objects.put(objectKey, Readable.from([text]))
  return {
    fileName: 'answer.txt',
    mediaType: 'text/plain',
    sizeBytes: Buffer.byteLength(text),
    sha256: '0'.repeat(64),
    scanState: 'UNSCANNED',
    sourceId: '',
    stencil: '',
    objectKey,
  }
}
