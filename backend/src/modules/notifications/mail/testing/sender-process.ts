// A worker that sends mail and nothing else, for tests that kill it.
import { pino } from 'pino'
import { createMailTransport } from '../../../../adapters/mail/index.ts'
import { createDataSource } from '../../../../database/index.ts'
import { mailPreferences } from '../../preferences/mail-preferences.ts'
import { createMailSender } from '../mail-sender.ts'

const [databaseUrl = '', smtpUrl = ''] = process.argv.slice(2)
const from = 'fairlead@example.org'
const dataSource = await createDataSource(databaseUrl).initialize()
await createMailSender({
  dataSource,
  databaseUrl,
  transport: createMailTransport({ url: smtpUrl, from }),
  from,
  publicUrl: 'https://fairlead.example.org',
  hourlyLimit: 20,
  preferences: mailPreferences,
  deriveKey: () => Buffer.alloc(32),
  log: pino({ level: 'silent' }),
}).start()
