import type { Readable } from 'node:stream'
import { SMTPServer } from 'smtp-server'
import { createMailHttp } from './mail-http.ts'
import { Mailbox } from './mailbox.ts'

/**
 * Takes every message, keeps it as a file, says so in one line, and shows it at /dev/mail. Nothing leaves this
 * machine.
 */
const port = Number(process.env['FAIRLEAD_MAIL_PORT'])
const httpPort = Number(process.env['FAIRLEAD_MAIL_HTTP_PORT'])
const folder = process.env['FAIRLEAD_MAIL_FOLDER']
/** Loopback, unless it runs where only its own system reaches it. */
const host = process.env['FAIRLEAD_MAIL_HOST'] ?? '127.0.0.1'
if (folder === undefined || !Number.isInteger(port) || !Number.isInteger(httpPort)) {
  throw new Error(
    'FAIRLEAD_MAIL_PORT, FAIRLEAD_MAIL_HTTP_PORT and FAIRLEAD_MAIL_FOLDER are not set; the supervisor and the component smtp-logger set them',
  )
}
const largestMessageBytes = 25 * 1024 * 1024
const mailbox = await Mailbox.open(folder)

const server = new SMTPServer({
  banner: 'Fairlead development mail',
  size: largestMessageBytes,
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  disableReverseLookup: true,
  onAuth: (_, __, done) => done(null, { user: 'development' }),
  onData: (stream, session, done) => {
    const recipients = session.envelope.rcptTo.map(({ address }) => address)
    keep(stream, recipients).then(() => done(), done)
  },
})

async function keep(stream: Readable, recipients: readonly string[]): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  const { id, to, mail } = await mailbox.keep(Buffer.concat(chunks), recipients)
  const receivers = to.length === 0 ? 'nobody' : to.join(', ')
  const line = oneLine(
    `mail to ${receivers}: ${(mail.subject ?? '(no subject)').slice(0, 120)} (/dev/mail/${id})`,
  )
  console.log(line)
  process.send?.({ note: line })
}

/** A subject is someone else's text; it must not draw on the terminal. */
function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ')
}

server.on('error', (error) => console.error(error))
server.listen(port, host)
const http = createMailHttp(mailbox)
http.listen(httpPort, host)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    http.close()
    http.closeAllConnections()
    server.close(() => process.exit(0))
  })
}
