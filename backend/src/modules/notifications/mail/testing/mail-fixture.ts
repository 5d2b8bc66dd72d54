import { createHash } from 'node:crypto'
import { pino } from 'pino'
import { v7 } from 'uuid'
import { createMailTransport } from '../../../../adapters/mail/index.ts'
import type { SmtpTimeouts } from '../../../../adapters/mail/smtp-session.ts'
import { MailServer } from '../../../../adapters/mail/testing/mail-server.ts'
import type { MailTransport } from '../../../../ports/mail.ts'
import { createTestDatabase, type TestDatabase } from '../../../../testing/database.ts'
import { mailPreferences } from '../../preferences/mail-preferences.ts'
import type { MailEntry } from '../mail-entry.ts'
import { listMails, type MailRecord } from '../mail-records.ts'
import { createMailSender, type MailSender, type MailSenderOptions } from '../mail-sender.ts'
import { queueMail } from '../queue-mail.ts'

const from = 'Fairlead <fairlead@example.org>'
const publicUrl = 'https://fairlead.example.org'
export const deriveKey = (purpose: string) => createHash('sha256').update(purpose).digest()
export const silent = pino({ level: 'silent' })
const MINUTE_MS = 60_000
const BEGIN = '2026-03-02T10:00:00Z'
/** Enough for a process on this machine, and short enough for a server that hangs in a test. */
const timeouts: SmtpTimeouts = { connectMs: 5_000, silenceMs: 5_000, mailMs: 5_000 }

/** A database, a real mail server, a sender, and a clock that a test moves. */
export class MailFixture {
  readonly database: TestDatabase
  readonly server: MailServer
  now = new Date(BEGIN)
  sender: MailSender
  transport: MailTransport
  readonly #transports: MailTransport[] = []

  private constructor(database: TestDatabase, server: MailServer) {
    this.database = database
    this.server = server
    this.transport = this.newTransport()
    this.sender = this.newSender()
  }

  static async begin(): Promise<MailFixture> {
    return new MailFixture(await createTestDatabase(), await new MailServer().start())
  }

  /** Everything as it was at the beginning. */
  async reset(): Promise<void> {
    for (const table of ['mails', 'mail_entries', 'mail_rejections', 'mail_server', 'memberships', 'users']) {
      await this.database.dataSource.query(`delete from ${table}`)
    }
    for (const transport of this.#transports.splice(0)) await transport.close()
    await this.server.start()
    this.server.forget()
    this.now = new Date(BEGIN)
    this.transport = this.newTransport()
    this.sender = this.newSender()
  }

  async end(): Promise<void> {
    for (const transport of this.#transports) await transport.close()
    await this.server.stop()
    await this.database.drop()
  }

  newTransport(more: Partial<SmtpTimeouts> = {}): MailTransport {
    const transport = createMailTransport({
      url: this.server.url(),
      from,
      timeouts: { ...timeouts, ...more },
    })
    this.#transports.push(transport)
    return transport
  }

  newSender(more: Partial<MailSenderOptions> = {}): MailSender {
    return createMailSender({
      dataSource: this.database.dataSource,
      databaseUrl: this.database.url,
      transport: this.transport,
      from,
      publicUrl,
      hourlyLimit: 20,
      preferences: mailPreferences,
      deriveKey,
      clock: () => this.now,
      log: silent,
      ...more,
    })
  }

  async addUser(
    options: { email?: string | null; verified?: boolean; invited?: boolean } = {},
  ): Promise<string> {
    const id = v7()
    const email = options.email === undefined ? `${id}@example.org` : options.email
    await this.database.dataSource.query(
      `insert into users (id, issuer, subject, email, email_verified, display_name) values ($1, $2, $3, $4, $5, 'Someone')`,
      options.invited === true
        ? [id, null, null, email, false]
        : [id, 'https://issuer.example.org', id, email, options.verified ?? true],
    )
    return id
  }

  async addOrganization(): Promise<string> {
    const id = v7()
    await this.database.dataSource.query(
      `insert into organizations (id, slug, display_name, kind) values ($1, $2, 'Some', 'MEMBER')`,
      [id, `o-${id}`],
    )
    return id
  }

  async addMember(organization: string, user: string): Promise<void> {
    await this.database.dataSource.query(
      `insert into memberships (id, organization_id, user_id, role) values ($1, $2, $3, 'MEMBER')`,
      [v7(), organization, user],
    )
  }

  entry(userId: string, more: Partial<MailEntry> = {}): MailEntry {
    return {
      userId,
      eventId: v7(),
      eventType: 'jobs.completed',
      title: 'The job has completed',
      body: '',
      severity: 'SUCCESS',
      link: '/o/survey-institute/jobs/0197',
      delivery: 'AT_ONCE',
      dueTime: this.now,
      createTime: this.now,
      ...more,
    }
  }

  async queue(...entries: readonly MailEntry[]): Promise<void> {
    await this.database.dataSource.transaction((manager) => queueMail(manager, entries))
  }

  pass(minutes: number): void {
    this.now = new Date(this.now.getTime() + minutes * MINUTE_MS)
  }

  /** Lets the time pass, and the sender work now and then. */
  async passBySteps(minutes: number, sender = this.sender, step = 3): Promise<void> {
    for (let minute = 0; minute < minutes; minute += step) {
      this.pass(step)
      await sender.settle()
    }
  }

  async mails(): Promise<MailRecord[]> {
    const found = await listMails(this.database.dataSource, {
      states: [],
      recipient: undefined,
      limit: 10_000,
      after: undefined,
    })
    return found.map(({ mail }) => mail)
  }

  async states(): Promise<string[]> {
    return (await this.mails()).map(({ state }) => state)
  }

  /** Prints and gives the invariant: every mail that was queued, and how often the server took it. */
  async reckon(
    what: string,
  ): Promise<{ queued: number; sent: number; missing: number; repeated: number; most: number }> {
    const queued: { message_id: string; state: string }[] = await this.database.dataSource.query(
      'select message_id, state from mails',
    )
    const taken = Map.groupBy(this.server.taken, ({ mail }) => mail.messageId ?? '')
    const counts = queued.map(({ message_id }) => taken.get(message_id)?.length ?? 0)
    const reckoning = {
      queued: queued.length,
      sent: counts.filter((count) => count > 0).length,
      missing: counts.filter((count) => count === 0).length,
      repeated: counts.filter((count) => count > 1).length,
      most: Math.max(...counts),
    }
    const { queued: all, sent, missing, repeated } = reckoning
    process.stdout.write(`${what}: queued ${all}, sent ${sent}, missing ${missing}, repeated ${repeated}\n`)
    return reckoning
  }
}
