import type { EntityManager } from 'typeorm'

/** What mail asks of the users' preferences. */
export interface MailPreferences {
  /** Those of the event types of which the user wants mail now. */
  wanted(manager: EntityManager, userId: string, eventTypes: readonly string[]): Promise<ReadonlySet<string>>
  /** When quiet hours end, for those of the users who have them now. */
  quietUntil(
    manager: EntityManager,
    userIds: readonly string[],
    now: Date,
  ): Promise<ReadonlyMap<string, Date>>
  /** No more mail of one event type, or of any when undefined. */
  turnOffMail(manager: EntityManager, userId: string, eventType: string | undefined): Promise<void>
  /** "A job completed" */
  displayName(eventType: string): string
}
