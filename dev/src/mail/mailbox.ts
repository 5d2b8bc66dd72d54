import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import PostalMime, { type Email } from 'postal-mime'

export interface KeptMail {
  /** The name of its file without ".eml"; names sort by time. */
  readonly id: string
  readonly time: Date
  /** Of the envelope: who really gets it. */
  readonly to: readonly string[]
  readonly mail: Email
}

const KEPT_MAX = 500
const idPattern = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z-\d{6}-[0-9a-f]{8}$/

/** The newest mails, each a file; older ones are deleted. */
export class Mailbox {
  readonly #folder: string
  /** The newest first. */
  readonly #mails: KeptMail[] = []
  #count = 0

  private constructor(folder: string) {
    this.#folder = folder
  }

  /** With what an earlier run has kept. */
  static async open(folder: string): Promise<Mailbox> {
    mkdirSync(folder, { recursive: true })
    const mailbox = new Mailbox(folder)
    const files = (await readdir(folder)).filter((name) => name.endsWith('.eml')).sort()
    for (const name of files.slice(-KEPT_MAX)) {
      const id = name.slice(0, -'.eml'.length)
      if (!idPattern.test(id)) continue
      const mail = await PostalMime.parse(await readFile(join(folder, name)))
      mailbox.#mails.unshift({ id, time: timeOf(id), to: addresses(mail), mail })
    }
    return mailbox
  }

  get mails(): readonly KeptMail[] {
    return this.#mails
  }

  find(id: string): KeptMail | undefined {
    return this.#mails.find((kept) => kept.id === id)
  }

  async keep(message: Buffer, recipients: readonly string[], time = new Date()): Promise<KeptMail> {
    const mail = await PostalMime.parse(message)
    this.#count += 1
    const order = String(this.#count % 1_000_000).padStart(6, '0')
    const id = `${time.toISOString().replaceAll(/[:.]/g, '-')}-${order}-${randomBytes(4).toString('hex')}`
    const file = join(this.#folder, `${id}.eml`)
    await writeFile(`${file}.part`, message, { mode: 0o600 })
    await rename(`${file}.part`, file)
    const kept: KeptMail = { id, time, to: recipients.length > 0 ? recipients : addresses(mail), mail }
    this.#mails.unshift(kept)
    for (const old of this.#mails.splice(KEPT_MAX)) {
      await rm(join(this.#folder, `${old.id}.eml`), { force: true })
    }
    return kept
  }
}

function addresses({ to }: Email): string[] {
  return (to ?? []).flatMap(({ address }) => address ?? [])
}

function timeOf(id: string): Date {
  const [, date, hour, minute, second, ms] = /^(.{10})T(..)-(..)-(..)-(...)Z/.exec(id) ?? []
  return new Date(`${date}T${hour}:${minute}:${second}.${ms}Z`)
}
