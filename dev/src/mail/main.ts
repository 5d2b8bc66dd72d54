import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import PostalMime from 'postal-mime'
import { SMTPServer } from 'smtp-server'

/**
 * Takes every message, keeps it as a file, and says so in one line. Nothing leaves this machine.
 */
const port = Number(process.env['FAIRLEAD_MAIL_PORT'])
const folder = process.env['FAIRLEAD_MAIL_FOLDER']
if (folder === undefined || !Number.isInteger(port)) {
  throw new Error('FAIRLEAD_MAIL_PORT and FAIRLEAD_MAIL_FOLDER are not set; the supervisor sets them')
}
const largestMessageBytes = 25 * 1024 * 1024
let count = 0

const server = new SMTPServer({
  banner: 'Fairlead development mail',
  size: largestMessageBytes,
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onAuth: (_, __, done) => done(null, { user: 'development' }),
  onData: (stream, _, done) => {
    keep(stream, folder).then(() => done(), done)
  },
})

async function keep(stream: Readable, into: string): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  const message = Buffer.concat(chunks)
  const mail = await PostalMime.parse(message)
  count += 1
  const name = `${new Date().toISOString().replaceAll(/[:.]/g, '-')}-${process.pid}-${count}.eml`
  writeFileSync(join(into, name), message, { mode: 0o600 })
  const to = mail.to?.map(({ address }) => address).join(', ') ?? 'nobody'
  const line = `mail to ${to}: ${oneLine(mail.subject ?? '(no subject)')} (mail/${name})`
  console.log(line)
  process.send?.({ note: line })
}

/** A subject is someone else's text; it must not draw on the terminal. */
function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ').slice(0, 120)
}

server.on('error', (error) => console.error(error))
server.listen(port, '127.0.0.1')

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close(() => process.exit(0))
  })
}
