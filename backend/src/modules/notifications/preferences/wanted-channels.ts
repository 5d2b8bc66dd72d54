import type { EventKind, MailDelivery } from '../catalogue/event-kind.ts'
import type { Choices } from './preference-store.ts'

export interface Channels {
  readonly inApp: boolean
  readonly mail: MailDelivery
}

/** Where an event of a kind goes for a user: what was chosen, or else what holds for who has not. */
export function wantedChannels(kind: EventKind, choices: Choices): Channels {
  const choice = choices.events.get(kind.key)
  const inApp = kind.inAppRequired || (choice?.inApp ?? kind.defaults.inApp)
  return { inApp: inApp && !kind.mailOnly, mail: choice?.mail ?? kind.defaults.mail }
}
