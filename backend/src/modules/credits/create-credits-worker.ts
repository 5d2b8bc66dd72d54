import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { DataSource } from 'typeorm'
import type { WorkerPart } from '../notifications/index.ts'
import { createSealer, createVerifications, ledgerMetrics } from './sealing/index.ts'
import { createLowBalanceWatch } from './statement/index.ts'
import { transferClock } from './transfers/index.ts'

export interface CreditsWorkerOptions {
  readonly dataSource: DataSource
  readonly databaseUrl: string
  readonly registry: Registry
  readonly log: Logger
}

/** What happens to credits by the clock. */
export function createCreditsWorker({ dataSource, registry, log }: CreditsWorkerOptions): WorkerPart {
  ledgerMetrics(registry, dataSource)
  const parts: WorkerPart[] = [
    createSealer({ dataSource, log }),
    createVerifications({ dataSource, log }),
    transferClock({ dataSource, log }),
    createLowBalanceWatch({ dataSource, log }),
  ]
  return {
    async start() {
      for (const part of parts) await part.start()
    },
    async stop() {
      for (const part of parts.toReversed()) await part.stop()
    },
    healthy: () => parts.every((part) => part.healthy()),
  }
}
