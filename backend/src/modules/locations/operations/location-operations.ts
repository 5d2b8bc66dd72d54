import {
  type IngestState,
  LocationOperationsServiceService,
  type ResendDeadBatchResponse,
} from '@fairlead/proto/server/fairlead/locations/v1/locations'
import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import type { BatchQueue } from '../../../ports/batch-queue.ts'
import { type Repetition, repeatedly } from '../../../repeatedly.ts'
import { type CallContext, callerOf } from '../../../server/call-context.ts'
import { type RegisteredService, registeredService } from '../../../server/service-handlers.ts'
import type { FixSink } from '../fixes/index.ts'
import { countDeadBatches, lastDeadBatches, queueLagS, resendDeadBatch } from '../queue/index.ts'
import { readStoredFixes, readWrittenFixes } from './stored-fixes.ts'
import { WriteRate } from './write-rate.ts'

export interface OperationsOptions {
  readonly dataSource: DataSource
  /** Undefined: backends write fixes at once. */
  readonly queue: BatchQueue | undefined
  /** The way that fixes go now. */
  readonly sink: FixSink
  readonly log: Logger
}

const DEAD_BATCHES_TOLD = 100
const SAMPLE_INTERVAL_MS = 15_000

/** How fixes are taken in, for the operator. */
export class LocationOperations {
  readonly service: RegisteredService
  readonly #options: OperationsOptions
  readonly #rate = new WriteRate()
  readonly #sampling: Repetition

  constructor(options: OperationsOptions) {
    this.#options = options
    this.service = registeredService(LocationOperationsServiceService, {
      getIngestState: () => this.#state(),
      resendDeadBatch: ({ id }, call) => this.#resend(id, call),
    })
    const { dataSource, log } = options
    this.#sampling = repeatedly(
      { name: 'looking at how fast fixes are written', intervalMs: SAMPLE_INTERVAL_MS, log },
      async () => this.#rate.add(await readWrittenFixes(dataSource), performance.now()),
    )
  }

  close(): Promise<void> {
    return this.#sampling.stop()
  }

  async #resend(id: string, call: CallContext): Promise<ResendDeadBatchResponse> {
    const { dataSource, sink } = this.#options
    const { accepted, duplicates, gone, queued } = await resendDeadBatch(dataSource, sink, id)
    const { userId } = callerOf(call)
    call.log.info({ userId, deadBatchId: id, accepted, queued }, 'a dead batch of fixes was sent again')
    return {
      accepted: BigInt(accepted),
      duplicates: BigInt(duplicates),
      gone: BigInt(gone.length),
      queued,
    }
  }

  async #state(): Promise<IngestState> {
    const { dataSource, queue } = this.#options
    const [stored, written, lagS, dead, deadCount, queued] = await Promise.all([
      readStoredFixes(dataSource),
      readWrittenFixes(dataSource),
      queueLagS(dataSource),
      lastDeadBatches(dataSource, DEAD_BATCHES_TOLD),
      countDeadBatches(dataSource),
      queue?.length(),
    ])
    this.#rate.add(written, performance.now())
    return {
      sink: queue === undefined ? 'FIX_SINK_DIRECT' : 'FIX_SINK_AMQP',
      queuedBatches: BigInt(queued ?? 0),
      lagS,
      deadBatches: dead,
      deadBatchCount: BigInt(deadCount),
      storedFixes: stored.count,
      partitionCount: stored.partitions,
      storedBytes: stored.bytes,
      oldestDay: stored.oldestDay,
      newestDay: stored.newestDay,
      fixesPerS: this.#rate.perSecond(),
      measureTime: new Date(),
    }
  }
}
