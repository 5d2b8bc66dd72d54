import { createHash } from 'node:crypto'
import type { DataSource } from 'typeorm'
import { v7 } from 'uuid'
import { inTransaction } from '../../../database/index.ts'
import { writeEvent } from '../../../outbox/index.ts'
import type { IdentityService, Organization } from '../../identity/index.ts'
import type { AnnouncementRecord, AnnouncementSeverity } from './announcement.ts'
import {
  announcementNotFound,
  announcementPublished,
  organizationOfAnnouncementNotFound,
  requestIdReused,
} from './announcement-errors.ts'
import { parseBody, parseLink, parsePublishTime, parseTitle } from './announcement-input.ts'
import {
  type AnnouncementCursor,
  cancelScheduled,
  countReads,
  countRecipients,
  findAnnouncement,
  findAnnouncementRequest,
  insertAnnouncement,
  listAnnouncements,
} from './announcement-store.ts'

export interface AnnouncementsOptions {
  readonly dataSource: DataSource
  readonly identity: Pick<IdentityService, 'organizationBySlug' | 'organizationsByIds'>
  readonly clock: () => Date
}

export interface AnnouncementRequest {
  readonly title: string
  readonly body: string
  readonly severity: AnnouncementSeverity
  /** Slugs; everyone when empty. */
  readonly organizations: readonly string[]
  readonly link: string
  readonly publishTime: Date | undefined
  readonly requestId: string | undefined
}

/** An announcement with what stands elsewhere. */
export interface PlacedAnnouncement {
  readonly announcement: AnnouncementRecord
  readonly organizations: readonly Organization[]
  readonly readCount: number
}

/** What the operator tells everyone, or the members of some organisations. */
export class Announcements {
  readonly #options: AnnouncementsOptions

  constructor(options: AnnouncementsOptions) {
    this.#options = options
  }

  /** The latest first. */
  async list(
    after: AnnouncementCursor | undefined,
    pageSize: number,
  ): Promise<{ announcements: PlacedAnnouncement[]; next: AnnouncementCursor | undefined }> {
    const found = await listAnnouncements(this.#options.dataSource, after, pageSize + 1)
    const page = found.slice(0, pageSize)
    return {
      announcements: await this.#place(page.map(({ announcement }) => announcement)),
      next: found.length > pageSize ? page.at(-1)?.cursor : undefined,
    }
  }

  /** How many an announcement of this author would reach now. */
  async countRecipients(authorId: string, slugs: readonly string[]): Promise<number> {
    return countRecipients(this.#options.dataSource, await this.#organizationIds(slugs), authorId)
  }

  /** Publishes at once what is due, with its event in the same transaction. A repeat gives the first answer. */
  async create(authorId: string, request: AnnouncementRequest): Promise<PlacedAnnouncement> {
    const { dataSource, clock } = this.#options
    const requestHash = hashOf(request)
    const facts = {
      title: parseTitle(request.title),
      body: parseBody(request.body),
      severity: request.severity,
      link: parseLink(request.link),
      organizationIds: await this.#organizationIds(request.organizations),
      publishTime: parsePublishTime(request.publishTime, clock()),
    }
    const { requestId } = request
    const id = await inTransaction(dataSource, async (manager) => {
      const id = v7()
      const state = await insertAnnouncement(manager, {
        ...facts,
        id,
        authorId,
        requestId,
        requestHash,
      })
      if (state === undefined) {
        const first =
          requestId === undefined ? undefined : await findAnnouncementRequest(manager, authorId, requestId)
        if (first === undefined) throw new Error('an announcement was neither inserted nor found')
        if (!first.requestHash.equals(requestHash)) throw requestIdReused()
        return first.id
      }
      if (state === 'PUBLISHED') {
        await writeEvent(manager, {
          routingKey: 'notifications.announced.-',
          payload: { announcement: id },
        })
      }
      return id
    })
    return this.#get(id)
  }

  /** Cancelling once more changes nothing. */
  async cancel(id: string): Promise<PlacedAnnouncement> {
    await cancelScheduled(this.#options.dataSource, id)
    const found = await this.#get(id)
    if (found.announcement.state !== 'CANCELLED') throw announcementPublished()
    return found
  }

  async #get(id: string): Promise<PlacedAnnouncement> {
    const found = await findAnnouncement(this.#options.dataSource, id)
    const [placed] = found === undefined ? [] : await this.#place([found])
    if (placed === undefined) throw announcementNotFound()
    return placed
  }

  async #place(announcements: readonly AnnouncementRecord[]): Promise<PlacedAnnouncement[]> {
    const { dataSource, identity } = this.#options
    const organizationIds = new Set(announcements.flatMap((each) => each.organizationIds))
    const [organizations, reads] = await Promise.all([
      identity.organizationsByIds([...organizationIds]),
      countReads(
        dataSource,
        announcements.map(({ id }) => id),
      ),
    ])
    return announcements.map((announcement) => ({
      announcement,
      organizations: announcement.organizationIds.flatMap((id) => organizations.get(id) ?? []),
      readCount: reads.get(announcement.id) ?? 0,
    }))
  }

  async #organizationIds(slugs: readonly string[]): Promise<string[]> {
    const found = await Promise.all(slugs.map((slug) => this.#options.identity.organizationBySlug(slug)))
    return found.map((organization, index) => {
      if (organization === undefined) throw organizationOfAnnouncementNotFound(index, slugs[index] ?? '')
      return organization.id
    })
  }
}

function hashOf(request: AnnouncementRequest): Buffer {
  const { title, body, severity, organizations, link, publishTime } = request
  return createHash('sha256')
    .update(JSON.stringify([title, body, severity, organizations, link, publishTime?.getTime() ?? null]))
    .digest()
}
