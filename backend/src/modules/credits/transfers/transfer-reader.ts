import { createHash } from 'node:crypto'
import type { IdentityService, Organization } from '../../identity/index.ts'
import { type CreditClassRecord, listClasses } from '../ledger/index.ts'
import type { Database } from '../sql.ts'
import type { TransferWords } from './take-steps.ts'
import type { Signature, TransferComment, TransferRecord, TransferStep } from './transfer.ts'
import { publicState } from './transfer-state.ts'
import { listComments, listSignatures, listSteps } from './transfer-store.ts'

/** A transfer with everything that stands about it. */
export interface TransferDetails {
  readonly transfer: TransferRecord
  readonly steps: readonly TransferStep[]
  readonly comments: readonly TransferComment[]
  readonly signatures: readonly Signature[]
}

/** Everything, for the operator's people. */
export async function readDetails(database: Database, transfer: TransferRecord): Promise<TransferDetails> {
  return {
    transfer,
    steps: await listSteps(database, transfer.id),
    comments: await listComments(database, transfer.id),
    signatures: await listSignatures(database, transfer.id),
  }
}

/**
 * What members may know of a transfer, and nothing else: whatever is made of it cannot tell whether anything was
 * recommended, nor who of the operator's people did what.
 */
export function membersDetails(details: TransferDetails): TransferDetails {
  const { transfer } = details
  const sides = [transfer.sellerId, transfer.buyerId]
  const unnamed = <Done extends TransferStep | TransferComment>(done: Done): Done =>
    done.organizationId !== undefined && sides.includes(done.organizationId)
      ? done
      : { ...done, userId: undefined }
  return {
    transfer: {
      ...transfer,
      state: publicState(transfer.state),
      recommenderIds: [],
      deciderId: undefined,
      updateTime: transfer.publicUpdateTime,
      stepCount: transfer.publicStepCount,
    },
    steps: details.steps.filter((step) => step.public).map(unnamed),
    comments: details.comments.filter((comment) => comment.public).map(unnamed),
    signatures: details.signatures,
  }
}

/** Changes with every public step, and with nothing else. */
export function publicEtag({ id, publicStepCount }: TransferRecord): string {
  return etagOf(`transfer ${id} ${publicStepCount}`)
}

/** Changes with every step. */
export function reviewEtag({ id, stepCount }: TransferRecord): string {
  return etagOf(`review ${id} ${stepCount}`)
}

function etagOf(what: string): string {
  return createHash('sha256').update(what).digest('base64url').slice(0, 22)
}

/** What things are called. */
export interface TransferNames {
  organization(id: string): Organization
  user(id: string): string
  creditClass(id: string): CreditClassRecord
}

export type TransferIdentity = Pick<
  IdentityService,
  'organizationBySlug' | 'organizationsByIds' | 'displayNames' | 'operatorOrganization' | 'principal'
>

export async function readNames(
  database: Database,
  identity: TransferIdentity,
  asked: Readonly<{ organizationIds: Iterable<string>; userIds: Iterable<string> }>,
): Promise<TransferNames> {
  const [organizations, users, classes] = await Promise.all([
    identity.organizationsByIds([...new Set(asked.organizationIds)]),
    identity.displayNames([...new Set(asked.userIds)]),
    listClasses(database),
  ])
  const byId = new Map(classes.map((creditClass) => [creditClass.id, creditClass]))
  return {
    organization: (id) => found(organizations, id),
    user: (id) => users.get(id) ?? '',
    creditClass: (id) => found(byId, id),
  }
}

function found<Thing>(things: ReadonlyMap<string, Thing>, id: string): Thing {
  const thing = things.get(id)
  if (thing === undefined) throw new Error(`${id} was to be read and is not there`)
  return thing
}

/** Of everyone who stands in the details. */
export function readNamesOf(
  database: Database,
  identity: TransferIdentity,
  { transfer, steps, comments, signatures }: TransferDetails,
): Promise<TransferNames> {
  const done = [...steps, ...comments, ...signatures]
  return readNames(database, identity, {
    organizationIds: [
      transfer.sellerId,
      transfer.buyerId,
      ...done.flatMap((each) => each.organizationId ?? []),
    ],
    userIds: [...transfer.recommenderIds, ...done.flatMap((each) => each.userId ?? [])],
  })
}

export async function readWords(
  database: Database,
  identity: TransferIdentity,
  transfers: readonly TransferRecord[],
): Promise<(transfer: TransferRecord) => TransferWords> {
  const organizationIds = transfers.flatMap(({ sellerId, buyerId }) => [sellerId, buyerId])
  const names = await readNames(database, identity, { organizationIds, userIds: [] })
  return ({ sellerId, buyerId, classId }) => ({
    creditClass: names.creditClass(classId),
    sellerName: names.organization(sellerId).displayName,
    buyerName: names.organization(buyerId).displayName,
  })
}
