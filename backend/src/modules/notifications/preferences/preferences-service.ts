import type { DataSource, EntityManager } from 'typeorm'
import { inTransaction } from '../../../database/index.ts'
import { catalogue, kindOf } from '../catalogue/catalogue.ts'
import type { EventKind } from '../catalogue/event-kind.ts'
import {
  type MailAddressRecord,
  mailAddressOf,
  retryMailAddress,
  reweighMail,
  type WaitingEntry,
  type Weighed,
} from '../mail/index.ts'
import { dueTime, quietUntil, type Timing } from './due-time.ts'
import {
  type Choices,
  lockSettings,
  readChoices,
  type Settings,
  timingOf,
  writeChoices,
  writeSettings,
} from './preference-store.ts'
import { newChoices, newSettings, type PreferencesUpdate } from './preferences-update.ts'
import { type Channels, wantedChannels } from './wanted-channels.ts'

/** What goes where for one user. */
export interface UserPreferences {
  readonly events: readonly { readonly kind: EventKind; readonly channels: Channels }[]
  readonly settings: Settings
  readonly mailAddress: MailAddressRecord
}

export interface PreferencesOptions {
  readonly dataSource: DataSource
  /** Whether this installation sends mail. */
  readonly mailEnabled: boolean
  readonly clock: () => Date
}

export class PreferencesService {
  readonly #options: PreferencesOptions

  constructor(options: PreferencesOptions) {
    this.#options = options
  }

  async get(userId: string): Promise<UserPreferences> {
    const { dataSource, mailEnabled } = this.#options
    const [choicesOf, mailAddress] = await Promise.all([
      readChoices(dataSource, [userId]),
      mailAddressOf(dataSource, userId, mailEnabled),
    ])
    const choices = choicesOf(userId)
    return {
      events: catalogue.map((kind) => ({ kind, channels: wantedChannels(kind, choices) })),
      settings: choices.settings,
      mailAddress,
    }
  }

  /** All of it or, when something is wrong with it, none. */
  async update(userId: string, update: PreferencesUpdate): Promise<UserPreferences> {
    const choices = newChoices(update)
    await inTransaction(this.#options.dataSource, async (transaction) => {
      const held = await lockSettings(transaction, userId)
      await writeSettings(transaction, userId, newSettings(update, held))
      await writeChoices(transaction, userId, choices)
      await this.#reweigh(transaction, userId)
    })
    return this.get(userId)
  }

  async retryMailAddress(userId: string): Promise<UserPreferences> {
    await retryMailAddress(this.#options.dataSource, userId)
    return this.get(userId)
  }

  /** Mail that waits goes out as if these preferences had held when it came up. */
  async #reweigh(transaction: EntityManager, userId: string): Promise<void> {
    const choices = (await readChoices(transaction, [userId]))(userId)
    const now = this.#options.clock()
    await reweighMail(transaction, userId, (entry) => weigh(entry, choices, now))
  }
}

function weigh({ eventType, createTime }: WaitingEntry, choices: Choices, now: Date): Weighed | undefined {
  const kind = kindOf(eventType)
  const delivery = kind === undefined ? 'OFF' : wantedChannels(kind, choices).mail
  if (delivery === 'OFF') return undefined
  const timing: Timing = timingOf(choices.settings)
  const due = dueTime(delivery, createTime, timing)
  return { delivery, dueTime: due >= now ? due : (quietUntil(now, timing) ?? now) }
}
