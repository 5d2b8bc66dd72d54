import { createHash } from 'node:crypto'
import type { DataSource, EntityManager } from 'typeorm'
import { v7, validate } from 'uuid'
import { inTransaction } from '../../../database/index.ts'
import { invalidField } from '../../../errors/domain-error.ts'
import {
  type AttachableFiles,
  type AttachmentAddress,
  fileToAttach,
  keepFiles,
  signAttached,
} from '../attachments/index.ts'
import { type CreditClassRecord, classByCode, classById } from '../ledger/index.ts'
import { rows } from '../sql.ts'
import { listDeclarations } from './declaration-store.ts'
import { findPartners, type TradePartner } from './partner-store.ts'
import { rolledBack } from './rolled-back.ts'
import { permittedStep, takeSteps } from './take-steps.ts'
import {
  type AskedAttachment,
  type Attachment,
  type Declaration,
  proposingOrganization,
  type TradeCategory,
  type TransferDirection,
  type TransferRecord,
} from './transfer.ts'
import { addComment } from './transfer-comments.ts'
import {
  classNotFound,
  etagMismatch,
  partnerNotFound,
  requestIdReused,
  transferNotFound,
} from './transfer-errors.ts'
import {
  checkAgreement,
  checkClass,
  checkPrice,
  type Moment,
  parseAttachments,
  parseEffectiveDate,
  parseExpireTime,
  parseText,
} from './transfer-input.ts'
import {
  membersDetails,
  publicEtag,
  readDetails,
  readNames,
  readNamesOf,
  readWords,
  type TransferDetails,
  type TransferIdentity,
  type TransferNames,
} from './transfer-reader.ts'
import { type PublicState, statesShownAs, type TransferAction, transferActions } from './transfer-state.ts'
import {
  findProposal,
  findTransfer,
  insertSignatures,
  insertTransfer,
  listTransfers,
  lockTransfers,
  type TransferCursor,
} from './transfer-store.ts'
import { type Actor, judge, proposing } from './transfer-transitions.ts'

/** Who calls, in one organisation. */
export interface Member {
  readonly userId: string
  readonly organizationId: string
  /** In the organisation, as far as the call's credential goes. */
  readonly permissions: ReadonlySet<string>
}

export interface Proposal {
  readonly direction: TransferDirection
  /** Slug of the other side. */
  readonly partner: string
  /** Its code. */
  readonly creditClass: string
  readonly amount: bigint
  readonly pricePerCreditMicros: bigint
  readonly currencyCode: string
  readonly category: TradeCategory
  /** "YYYY-MM-DD" or empty. */
  readonly effectiveDate: string
  readonly expireTime: Date | undefined
  readonly attachments: readonly AskedAttachment[]
  /** Resource names. */
  readonly declarations: readonly string[]
  readonly comment: string
  readonly dryRun: boolean
  readonly requestId: string | undefined
}

/** A transfer as one of its sides sees it. */
export interface MemberView extends TransferDetails {
  /** Of the organisation that looks at it. */
  readonly organizationId: string
  /** What the caller may do now. */
  readonly actions: readonly (TransferAction | 'comment')[]
  readonly etag: string
  readonly names: TransferNames
}

/** The name of the thing that is changed, and what its caller knows of it. */
export interface TransferKey {
  readonly id: string
  /** Empty for whatever it is now. */
  readonly etag: string
}

/** Transfers as members see and drive them. What the operator's people think of one is in nothing that it returns. */
export class Transfers {
  readonly #dataSource: DataSource
  readonly #identity: TransferIdentity
  readonly #files: AttachableFiles | undefined

  /** Without files, none can be attached. */
  constructor(dataSource: DataSource, identity: TransferIdentity, files?: AttachableFiles) {
    this.#dataSource = dataSource
    this.#identity = identity
    this.#files = files
  }

  partners(member: Member, query: string): Promise<TradePartner[]> {
    return findPartners(this.#dataSource, member.organizationId, query.trim())
  }

  declarations(): Promise<Declaration[]> {
    return listDeclarations(this.#dataSource)
  }

  async get(member: Member, id: string): Promise<MemberView> {
    const transfer = await this.#find(member, id)
    return this.#view(member, await readDetails(this.#dataSource, transfer))
  }

  /** Where to fetch the file from that is attached at a place. */
  async attachmentAddress(member: Member, id: string, place: number): Promise<AttachmentAddress> {
    const attachment = (await this.#find(member, id)).attachments[place]
    const file = attachment !== undefined && 'file' in attachment ? attachment.file : undefined
    return signAttached(this.#files, file, member.userId)
  }

  /** The latest proposal first; without steps, comments and signatures. */
  async list(
    member: Member,
    query: Readonly<{ states: readonly PublicState[]; creditClass: string }>,
    after: TransferCursor | undefined,
    pageSize: number,
  ): Promise<{ transfers: MemberView[]; next: TransferCursor | undefined }> {
    const classId = query.creditClass === '' ? undefined : (await this.#classOf(query.creditClass)).id
    const states = query.states.length === 0 ? undefined : statesShownAs(query.states)
    const { organizationId } = member
    const found = await listTransfers(
      this.#dataSource,
      { organizationId, states, classId },
      after,
      pageSize + 1,
    )
    const page = found.slice(0, pageSize)
    const names = await readNames(this.#dataSource, this.#identity, {
      organizationIds: page.flatMap(({ transfer }) => [transfer.sellerId, transfer.buyerId]),
      userIds: [],
    })
    return {
      transfers: page.map(({ transfer }) =>
        memberView(member, membersDetails({ transfer, steps: [], comments: [], signatures: [] }), names),
      ),
      next: found.length > pageSize ? page.at(-1)?.cursor : undefined,
    }
  }

  /** A repeat gives the transfer that the first request made, as it is now. */
  async propose(member: Member, proposal: Proposal): Promise<MemberView> {
    const requestHash = hashOf(member, proposal)
    const requestId = proposal.dryRun ? undefined : proposal.requestId
    const repeated = await this.#repeated(this.#dataSource, member, requestId, requestHash)
    if (repeated !== undefined) return this.get(member, repeated)

    const { organizationId, userId } = member
    const { direction } = proposal
    const partner = await this.#identity.organizationBySlug(proposal.partner)
    if (partner === undefined) throw partnerNotFound(proposal.partner)
    if (partner.id === organizationId) {
      throw invalidField('partner', 'is your own organisation. Name another one.', 'SELF_TRANSFER')
    }
    if (partner.kind !== 'MEMBER') throw invalidField('partner', 'is the operator, who does not trade.')
    checkPrice(proposal)
    const comment = parseText('comment', proposal.comment)
    const asked = parseAttachments(proposal.attachments)
    const own = (await this.#identity.organizationsByIds([organizationId])).get(organizationId)
    const attachments = await this.#attachmentsOf(asked, own)
    const creditClass = await this.#classOf(proposal.creditClass)
    checkClass(creditClass)
    const moment = await this.#now()
    const id = v7()
    const transfer = {
      id,
      direction,
      sellerId: direction === 'SELL' ? organizationId : partner.id,
      buyerId: direction === 'SELL' ? partner.id : organizationId,
      classId: creditClass.id,
      amount: proposal.amount,
      pricePerCreditMicros: proposal.pricePerCreditMicros,
      currencyCode: proposal.currencyCode,
      category: proposal.category,
      effectiveDate: parseEffectiveDate(proposal.effectiveDate, moment, creditClass),
      expireTime: parseExpireTime(proposal.expireTime, moment),
      attachments,
      proposerId: userId,
      requestId,
      requestHash,
    }
    const ownName = own?.displayName ?? ''
    const words = {
      creditClass,
      sellerName: direction === 'SELL' ? ownName : partner.displayName,
      buyerName: direction === 'SELL' ? partner.displayName : ownName,
    }
    const actor: Actor = { kind: 'member', side: 'proposing side', ...member }

    const propose = async (manager: EntityManager): Promise<TransferDetails | string> => {
      const declarations = await listDeclarations(manager)
      checkAgreement(proposal.declarations, declarations)
      if (!(await insertTransfer(manager, transfer))) {
        const first = await this.#repeated(manager, member, requestId, requestHash)
        if (first === undefined) throw new Error('a transfer was neither inserted nor found')
        return first
      }
      const attached = attachments.flatMap((each) => ('file' in each ? [each.file] : []))
      await keepFiles(manager, attached, `transfers/${id}`)
      const inserted = await lockedTransfer(manager, id)
      await takeSteps(manager, [{ transfer: inserted, transition: proposing, actor, reason: '', words }])
      await insertSignatures(manager, { transferId: id, userId, organizationId, declarations })
      if (comment !== '') {
        await addComment(manager, {
          transferId: id,
          userId,
          organizationId,
          text: comment,
          public: true,
          requestId: undefined,
        })
      }
      return readDetails(manager, await lockedTransfer(manager, id))
    }
    const proposed = await (proposal.dryRun
      ? rolledBack(this.#dataSource, propose)
      : inTransaction(this.#dataSource, propose))
    return typeof proposed === 'string' ? this.get(member, proposed) : this.#view(member, proposed)
  }

  /** @param agreed resource names of all declarations, as the caller read them */
  accept(member: Member, key: TransferKey, agreed: readonly string[]): Promise<MemberView> {
    return this.#step(member, key, 'accept', '', async (manager, transfer) => {
      const creditClass = await classById(manager, transfer.classId)
      if (creditClass === undefined) throw new Error('the class of a transfer is gone')
      checkClass(creditClass)
      const declarations = await listDeclarations(manager)
      checkAgreement(agreed, declarations)
      const { userId, organizationId } = member
      await insertSignatures(manager, { transferId: key.id, userId, organizationId, declarations })
    })
  }

  refuse(member: Member, key: TransferKey, reason: string): Promise<MemberView> {
    return this.#step(member, key, 'refuse', parseText('reason', reason))
  }

  rescind(member: Member, key: TransferKey, reason: string): Promise<MemberView> {
    return this.#step(member, key, 'rescind', parseText('reason', reason))
  }

  /** A repeat says nothing twice. */
  async comment(
    member: Member,
    id: string,
    text: string,
    requestId: string | undefined,
  ): Promise<MemberView> {
    await this.#find(member, id)
    await inTransaction(this.#dataSource, async (manager) => {
      await lockTransfers(manager, [id])
      const { userId, organizationId } = member
      await addComment(manager, { transferId: id, userId, organizationId, text, public: true, requestId })
    })
    return this.get(member, id)
  }

  async #step(
    member: Member,
    { id, etag }: TransferKey,
    action: TransferAction,
    reason: string,
    also: (manager: EntityManager, transfer: TransferRecord) => Promise<void> = async () => undefined,
  ): Promise<MemberView> {
    const known = await this.#find(member, id)
    const wordsOf = await readWords(this.#dataSource, this.#identity, [known])
    const actor = actorOf(member, known)
    await inTransaction(this.#dataSource, async (manager) => {
      const transfer = (await lockTransfers(manager, [id])).get(id)
      if (transfer === undefined) throw transferNotFound()
      if (etag !== '' && etag !== publicEtag(transfer)) throw etagMismatch()
      const transition = permittedStep(transfer, action, actor)
      await also(manager, transfer)
      await takeSteps(manager, [{ transfer, transition, actor, reason, words: wordsOf(transfer) }])
    })
    return this.get(member, id)
  }

  /** Another organisation's transfer is no transfer. */
  async #find({ organizationId }: Member, id: string): Promise<TransferRecord> {
    const transfer = validate(id) ? await findTransfer(this.#dataSource, id) : undefined
    if (transfer === undefined || ![transfer.sellerId, transfer.buyerId].includes(organizationId)) {
      throw transferNotFound()
    }
    return transfer
  }

  async #repeated(
    database: DataSource | EntityManager,
    { userId }: Member,
    requestId: string | undefined,
    requestHash: Buffer,
  ): Promise<string | undefined> {
    const first = requestId === undefined ? undefined : await findProposal(database, userId, requestId)
    if (first !== undefined && !first.requestHash.equals(requestHash)) throw requestIdReused('transfer')
    return first?.id
  }

  async #classOf(code: string): Promise<CreditClassRecord> {
    const creditClass = await classByCode(this.#dataSource, code)
    if (creditClass === undefined) throw classNotFound(code)
    return creditClass
  }

  async #attachmentsOf(
    asked: readonly AskedAttachment[],
    own: { readonly id: string; readonly slug: string } | undefined,
  ): Promise<Attachment[]> {
    const attachments: Attachment[] = []
    for (const [index, { displayName, url, file: name }] of asked.entries()) {
      if (name === '') attachments.push({ displayName, url })
      else {
        const file = await fileToAttach(this.#files, own, name, `attachments[${index}].file`)
        attachments.push({ displayName, file })
      }
    }
    return attachments
  }

  async #now(): Promise<Moment> {
    const [moment] = await rows<Moment>(
      this.#dataSource,
      `select now() as now, (now() at time zone 'UTC')::date::text as today`,
      [],
    )
    if (moment === undefined) throw new Error('the database did not tell the time')
    return moment
  }

  async #view(member: Member, details: TransferDetails): Promise<MemberView> {
    const shown = membersDetails(details)
    return memberView(member, shown, await readNamesOf(this.#dataSource, this.#identity, shown))
  }
}

async function lockedTransfer(manager: EntityManager, id: string): Promise<TransferRecord> {
  const transfer = await findTransfer(manager, id)
  if (transfer === undefined) throw new Error('a transfer is gone from the transaction that made it')
  return transfer
}

function actorOf(member: Member, transfer: TransferRecord): Extract<Actor, { kind: 'member' }> {
  const isProposing = proposingOrganization(transfer) === member.organizationId
  return { kind: 'member', side: isProposing ? 'proposing side' : 'partner', ...member }
}

/** @param details as members see them */
function memberView(member: Member, details: TransferDetails, names: TransferNames): MemberView {
  const { transfer } = details
  const actor = actorOf(member, transfer)
  const steps = transferActions.filter((action) => judge(transfer, action, actor).kind === 'allowed')
  const comments = member.permissions.has('credits.trade') ? (['comment'] as const) : []
  return {
    ...details,
    organizationId: member.organizationId,
    actions: [...steps, ...comments],
    etag: publicEtag(transfer),
    names,
  }
}

function hashOf(member: Member, { dryRun: _, requestId: __, ...asked }: Proposal): Buffer {
  const text = JSON.stringify([member.organizationId, asked], (_key, value) =>
    typeof value === 'bigint' ? value.toString() : value,
  )
  return createHash('sha256').update(text).digest()
}
