import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import { type Repetition, repeatedly } from '../../../repeatedly.ts'
import type { WorkerPart } from '../../notifications/index.ts'
import { Erasures } from './erase-person.ts'

const INTERVAL_MS = 60_000
/** Until then, who began an erasure most likely goes on with it. */
const BROKEN_OFF_MS = 300_000

/** Finishes erasures of persons that broke off. */
export function erasuresPart(dataSource: DataSource, log: Logger): WorkerPart {
  const erasures = new Erasures(dataSource, [])
  let repetition: Repetition | undefined
  return {
    async start() {
      repetition = repeatedly({ name: 'finishing erasures', intervalMs: INTERVAL_MS, log }, () =>
        erasures.finishOlderThan(BROKEN_OFF_MS),
      )
    },
    stop: async () => repetition?.stop(),
    healthy: () => true,
  }
}
