import type { DataSource, EntityManager } from 'typeorm'
import { validate } from 'uuid'
import { inTransaction } from '../../../database/index.ts'
import { DomainError, invalidField } from '../../../errors/domain-error.ts'
import { type AttachableFiles, type AttachmentAddress, signAttached } from '../attachments/index.ts'
import { listDeclarations, replaceDeclarations } from './declaration-store.ts'
import { type PartyFigures, readParty } from './party.ts'
import { rolledBack } from './rolled-back.ts'
import { permittedStep, type Step, takeSteps } from './take-steps.ts'
import type { Declaration, TransferRecord } from './transfer.ts'
import { addComment } from './transfer-comments.ts'
import { barredText, etagMismatch, notRecordable, transferNotFound } from './transfer-errors.ts'
import { parseStatement, parseText } from './transfer-input.ts'
import {
  readDetails,
  readNames,
  readNamesOf,
  readWords,
  reviewEtag,
  type TransferDetails,
  type TransferIdentity,
  type TransferNames,
} from './transfer-reader.ts'
import { type TransferAction, type TransferState, transferActions, waitingStates } from './transfer-state.ts'
import {
  findTransfer,
  findTransfers,
  listNotWaiting,
  listWaiting,
  lockTransfers,
  type PlacedTransfer,
  type ReviewsAsked,
  type TransferCursor,
} from './transfer-store.ts'
import { type Actor, judge } from './transfer-transitions.ts'
import type { TransferKey } from './transfers-service.ts'

export type Reviewer = Extract<Actor, { kind: 'operator' }>

/** A transfer as the operator's people see it. */
export interface ReviewView extends TransferDetails {
  readonly parties: { readonly seller: PartyFigures; readonly buyer: PartyFigures } | undefined
  /** What the caller may do now. */
  readonly actions: readonly (TransferAction | 'comment')[]
  /** Why the caller may not though the role would allow it; empty otherwise. */
  readonly barredReason: string
  readonly etag: string
  readonly names: TransferNames
}

/** Where a page of the queue ended: within what waits, or after it. */
export interface ReviewCursor extends TransferCursor {
  readonly part: 'waiting' | 'rest'
}

/** Transfers of all organisations, as the operator reviews and decides them. */
export class TransferReviews {
  readonly #dataSource: DataSource
  readonly #identity: TransferIdentity
  readonly #files: AttachableFiles | undefined

  /** Without files, none can be fetched. */
  constructor(dataSource: DataSource, identity: TransferIdentity, files?: AttachableFiles) {
    this.#dataSource = dataSource
    this.#identity = identity
    this.#files = files
  }

  /** Who calls. Permissions of the platform are not in a call's context: they are looked up, and narrowed to the token. */
  async reviewer(userId: string, tokenScopes: ReadonlySet<string> | undefined): Promise<Reviewer> {
    const [principal, operator] = await Promise.all([
      this.#identity.principal(userId),
      this.#identity.operatorOrganization(),
    ])
    if (principal === undefined || operator === undefined) {
      throw new Error('a PLATFORM method was reached without an operator')
    }
    const granted = [...principal.platformPermissions]
    return {
      kind: 'operator',
      userId,
      organizationId: operator.id,
      permissions: new Set(
        tokenScopes === undefined ? granted : granted.filter((permission) => tokenScopes.has(permission)),
      ),
    }
  }

  async get(reviewer: Reviewer, id: string): Promise<ReviewView> {
    const details = await readDetails(this.#dataSource, await this.#find(id))
    const { transfer } = details
    const names = await readNamesOf(this.#dataSource, this.#identity, details)
    const [seller, buyer] = await Promise.all(
      [transfer.sellerId, transfer.buyerId].map((organizationId) =>
        readParty(this.#dataSource, transfer, organizationId),
      ),
    )
    if (seller === undefined || buyer === undefined)
      throw new Error('two parties were read and are not there')
    return reviewView(reviewer, details, names, { seller, buyer })
  }

  /** Where to fetch the file from that is attached at a place. */
  async attachmentAddress(userId: string, id: string, place: number): Promise<AttachmentAddress> {
    const attachment = (await this.#find(id)).attachments[place]
    const file = attachment !== undefined && 'file' in attachment ? attachment.file : undefined
    return signAttached(this.#files, file, userId, 'reviewed')
  }

  /** What waits for the operator, the longest wait first, then everything else, the latest step first. */
  async list(
    reviewer: Reviewer,
    query: Readonly<{ states: readonly TransferState[]; organization: string }>,
    after: ReviewCursor | undefined,
    pageSize: number,
  ): Promise<{ reviews: ReviewView[]; next: ReviewCursor | undefined }> {
    const asked = {
      states: query.states.length === 0 ? undefined : query.states,
      organizationId: query.organization === '' ? undefined : await this.#organizationId(query.organization),
    }
    const found = await this.#queue(asked, after, pageSize + 1)
    const page = found.slice(0, pageSize)
    const names = await readNames(this.#dataSource, this.#identity, {
      organizationIds: page.flatMap(({ transfer }) => [transfer.sellerId, transfer.buyerId]),
      userIds: page.flatMap(({ transfer }) => transfer.recommenderIds),
    })
    const last = page.at(-1)
    return {
      reviews: page.map(({ transfer }) =>
        reviewView(reviewer, { transfer, steps: [], comments: [], signatures: [] }, names, undefined),
      ),
      next:
        found.length > pageSize && last !== undefined
          ? { ...last.cursor, part: partOf(last.transfer) }
          : undefined,
    }
  }

  recommend(
    reviewer: Reviewer,
    key: TransferKey,
    recommendation: 'approval' | 'rejection',
    reason: string,
  ): Promise<ReviewView> {
    return this.#step(reviewer, key, `recommend ${recommendation}`, parseText('reason', reason))
  }

  /** Records it, too, in the same transaction, when it has no effective date or the date has come. */
  async approve(reviewer: Reviewer, key: TransferKey): Promise<ReviewView> {
    const wordsOf = await readWords(this.#dataSource, this.#identity, [await this.#find(key.id)])
    await inTransaction(this.#dataSource, async (manager) => {
      const transfer = await lockOne(manager, key)
      const transition = permittedStep(transfer, 'approve', reviewer)
      const words = wordsOf(transfer)
      const recorded = transfer.isPastEffectiveDate
      await takeSteps(manager, [
        { transfer, transition, actor: reviewer, reason: '', words, tell: !recorded },
      ])
      if (!recorded) return
      const approved = await lockOne(manager, { id: key.id, etag: '' })
      const actor: Actor = { kind: 'system' }
      await takeSteps(manager, [
        {
          transfer: approved,
          transition: permittedStep(approved, 'record', actor),
          actor,
          reason: '',
          words,
        },
      ])
    })
    return this.get(reviewer, key.id)
  }

  /** @param reason for both sides */
  decline(reviewer: Reviewer, key: TransferKey, reason: string): Promise<ReviewView> {
    return this.#step(reviewer, key, 'decline', parseText('reason', reason))
  }

  /** All or none, also before their effective date. */
  async record(
    reviewer: Reviewer,
    ids: readonly string[],
    { dryRun }: { readonly dryRun: boolean },
  ): Promise<ReviewView[]> {
    const valid = ids.filter((id) => validate(id))
    const known = await findTransfers(this.#dataSource, valid)
    const wordsOf = await readWords(this.#dataSource, this.#identity, [...known.values()])
    const record = async (manager: EntityManager): Promise<TransferDetails[]> => {
      const locked = await lockTransfers(manager, valid)
      await takeSteps(manager, permittedRecords(ids, locked, reviewer, wordsOf))
      const recorded = await findTransfers(manager, valid)
      const details: TransferDetails[] = []
      for (const id of ids) {
        const transfer = recorded.get(id)
        if (transfer !== undefined) details.push(await readDetails(manager, transfer))
      }
      return details
    }
    const recorded = await (dryRun
      ? rolledBack(this.#dataSource, record)
      : inTransaction(this.#dataSource, record))
    return Promise.all(
      recorded.map(async (details) =>
        reviewView(
          reviewer,
          details,
          await readNamesOf(this.#dataSource, this.#identity, details),
          undefined,
        ),
      ),
    )
  }

  /** A repeat says nothing twice. */
  async comment(
    reviewer: Reviewer,
    id: string,
    comment: Readonly<{ text: string; public: boolean; requestId: string | undefined }>,
  ): Promise<ReviewView> {
    await this.#find(id)
    await inTransaction(this.#dataSource, async (manager) => {
      await lockTransfers(manager, [id])
      const { userId, organizationId } = reviewer
      await addComment(manager, { transferId: id, userId, organizationId, ...comment })
    })
    return this.get(reviewer, id)
  }

  setDeclarations(texts: readonly string[]): Promise<Declaration[]> {
    const parsed = texts.map((text, index) => parseStatement(`texts[${index}]`, text))
    if (new Set(parsed).size < parsed.length) throw invalidField('texts', 'have one text twice. Say it once.')
    return inTransaction(this.#dataSource, async (manager) => {
      await replaceDeclarations(manager, parsed)
      return listDeclarations(manager)
    })
  }

  async #step(
    reviewer: Reviewer,
    key: TransferKey,
    action: TransferAction,
    reason: string,
  ): Promise<ReviewView> {
    const wordsOf = await readWords(this.#dataSource, this.#identity, [await this.#find(key.id)])
    await inTransaction(this.#dataSource, async (manager) => {
      const transfer = await lockOne(manager, key)
      const transition = permittedStep(transfer, action, reviewer)
      await takeSteps(manager, [{ transfer, transition, actor: reviewer, reason, words: wordsOf(transfer) }])
    })
    return this.get(reviewer, key.id)
  }

  async #find(id: string): Promise<TransferRecord> {
    const transfer = validate(id) ? await findTransfer(this.#dataSource, id) : undefined
    if (transfer === undefined) throw transferNotFound()
    return transfer
  }

  async #organizationId(slug: string): Promise<string> {
    const organization = await this.#identity.organizationBySlug(slug)
    if (organization === undefined) throw invalidField('organization', 'does not exist.')
    return organization.id
  }

  async #queue(
    asked: ReviewsAsked,
    after: ReviewCursor | undefined,
    limit: number,
  ): Promise<PlacedTransfer[]> {
    const first = after?.part === 'rest' ? [] : await listWaiting(this.#dataSource, asked, after, limit)
    if (first.length === limit) return first
    const restAfter = after?.part === 'rest' ? after : undefined
    return [...first, ...(await listNotWaiting(this.#dataSource, asked, restAfter, limit - first.length))]
  }
}

async function lockOne(manager: EntityManager, { id, etag }: TransferKey): Promise<TransferRecord> {
  const transfer = (await lockTransfers(manager, [id])).get(id)
  if (transfer === undefined) throw transferNotFound()
  if (etag !== '' && etag !== reviewEtag(transfer)) throw etagMismatch()
  return transfer
}

/** @throws DomainError that names each that cannot be recorded */
function permittedRecords(
  ids: readonly string[],
  locked: ReadonlyMap<string, TransferRecord>,
  reviewer: Reviewer,
  wordsOf: (transfer: TransferRecord) => Step['words'],
): Step[] {
  const failures: { index: number; error: DomainError }[] = []
  const steps = ids.flatMap((id, index): Step[] => {
    try {
      const transfer = locked.get(id)
      if (transfer === undefined) throw transferNotFound()
      const transition = permittedStep(transfer, 'record', reviewer)
      return [{ transfer, transition, actor: reviewer, reason: '', words: wordsOf(transfer) }]
    } catch (error) {
      if (!(error instanceof DomainError)) throw error
      failures.push({ index, error })
      return []
    }
  })
  if (failures.length > 0) throw notRecordable(failures)
  return steps
}

function partOf({ state }: TransferRecord): ReviewCursor['part'] {
  return waitingStates.includes(state) ? 'waiting' : 'rest'
}

function reviewView(
  reviewer: Reviewer,
  details: TransferDetails,
  names: TransferNames,
  parties: ReviewView['parties'],
): ReviewView {
  const { transfer } = details
  const verdicts = transferActions.map((action) => ({ action, verdict: judge(transfer, action, reviewer) }))
  const barred = verdicts.flatMap(({ verdict }) =>
    verdict.kind === 'refused' && verdict.why === 'person' ? [barredText(verdict.earlier)] : [],
  )
  const allowed = verdicts.flatMap(({ action, verdict }) => (verdict.kind === 'allowed' ? [action] : []))
  const comments = reviewer.permissions.has('credits.observe') ? (['comment'] as const) : []
  return {
    ...details,
    parties,
    actions: [...allowed, ...comments],
    barredReason: barred[0] ?? '',
    etag: reviewEtag(transfer),
    names,
  }
}
