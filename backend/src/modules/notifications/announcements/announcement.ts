/*
 * Glossary.
 * announcement  what the operator tells everyone, or the members of some organisations
 * publish       to write the event of it, at its time; from then on it cannot be taken back
 * recipient     a user who has signed in before, is of its organisations, and did not write it
 */

export type AnnouncementSeverity = 'INFO' | 'WARNING' | 'ERROR'

export type AnnouncementState = 'SCHEDULED' | 'PUBLISHED' | 'CANCELLED'

/** What recipients are told. */
export interface AnnouncementFacts {
  /** Plain text, one line. */
  readonly title: string
  /** Plain text. */
  readonly body: string
  readonly severity: AnnouncementSeverity
  /** A path of this site or an https address; empty when there is none. */
  readonly link: string
  /** Whose members are told; everyone when empty. */
  readonly organizationIds: readonly string[]
}

export interface AnnouncementRecord extends AnnouncementFacts {
  readonly id: string
  readonly authorDisplayName: string
  readonly state: AnnouncementState
  readonly createTime: Date
  readonly publishTime: Date
  /** 0 until the last of them has it. */
  readonly recipientCount: number
}

export interface NewAnnouncement extends AnnouncementFacts {
  readonly id: string
  readonly authorId: string
  /** Undefined: at once. */
  readonly publishTime: Date | undefined
  readonly requestId: string | undefined
  /** SHA-256 of what was asked for, to tell a repeat from another request under the same request_id. */
  readonly requestHash: Buffer
}
