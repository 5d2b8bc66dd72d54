import { Counter, type Registry } from 'prom-client'
import type { DataSource } from 'typeorm'
import { SharedFigures, sharedGauge } from '../../../database/index.ts'
import type { MailOutcome } from '../../../ports/mail.ts'
import { rows } from '../sql.ts'

export interface MailMetrics {
  attempted(outcome: MailOutcome['kind']): void
}

type MailFigures = Readonly<{ waiting: number; oldestSeconds: number }>

/** Registers figures of mail. Without a registry they are counted for nobody. */
export function createMailMetrics(registry: Registry | undefined, dataSource: DataSource): MailMetrics {
  if (registry === undefined) return { attempted: () => undefined }
  const registers = [registry]
  const figures = new SharedFigures<MailFigures>(dataSource, {
    name: 'mail',
    count: () => countMails(dataSource),
  })
  const gauge = (name: string, help: string, figureOf: (figures: MailFigures) => number) =>
    sharedGauge(registry, figures, { name, help, figureOf })
  gauge(
    'fairlead_mails_waiting',
    'Mails of the installation that are composed and wait to be sent.',
    ({ waiting }) => waiting,
  )
  gauge(
    'fairlead_mails_oldest_age_seconds',
    'Age of the oldest mail of the installation that is composed and waits to be sent; 0 when there is none.',
    ({ oldestSeconds }) => oldestSeconds,
  )
  const attempts = new Counter({
    name: 'fairlead_mail_attempts_total',
    help: 'Attempts to send a mail, by what came of them.',
    labelNames: ['outcome'],
    registers,
  })
  return { attempted: (outcome) => attempts.inc({ outcome }) }
}

async function countMails(dataSource: DataSource): Promise<MailFigures> {
  const [counted] = await rows<{ waiting: number; oldest: number }>(
    dataSource,
    `select count(*)::int as waiting,
       coalesce(greatest(extract(epoch from now() - min(create_time)), 0), 0)::double precision as oldest
     from mails where state = 'WAITING'`,
    [],
  )
  return { waiting: counted?.waiting ?? 0, oldestSeconds: counted?.oldest ?? 0 }
}
