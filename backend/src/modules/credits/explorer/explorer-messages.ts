import type {
  AccountKind as AccountKindMessage,
  Transaction as TransactionMessage,
} from '@fairlead/proto/server/fairlead/credits/v1/ledger'
import { type ClassesById, classIn, className } from '../classes/index.ts'
import type { AccountKind, TransactionReference } from '../ledger/index.ts'
import { kindMessage, transactionName } from '../statement/index.ts'
import type { ExploredTransaction } from './explorer-store.ts'

/** What people call things, by id. */
export interface Names {
  readonly classes: ClassesById
  readonly organizations: ReadonlyMap<string, { readonly slug: string; readonly displayName: string }>
  readonly people: ReadonlyMap<string, string>
}

export function transactionMessage(explored: ExploredTransaction, names: Names): TransactionMessage {
  const { transaction, reversedBy, seal } = explored
  return {
    name: transactionName(transaction.id),
    time: transaction.time,
    kind: kindMessage(transaction.kind),
    creditClass: className(classIn(names.classes, transaction.classId).code),
    postings: transaction.postings.map(({ account, amount, balanceAfter }) => {
      const organization = names.organizations.get('organizationId' in account ? account.organizationId : '')
      return {
        account: accountKindMessage(account.kind),
        organization: organization === undefined ? '' : `organizations/${organization.slug}`,
        organizationDisplayName: organization?.displayName ?? '',
        amount,
        balanceAfter,
      }
    }),
    reference: referenceNameOf(explored, names),
    description: transaction.description,
    actorDisplayName: names.people.get(transaction.actorId ?? '') ?? '',
    metadata: { ...transaction.metadata },
    reverses: transaction.reverses === undefined ? '' : transactionName(transaction.reverses),
    reversedBy: reversedBy === undefined ? '' : transactionName(reversedBy),
    sealNumber: seal?.number ?? 0n,
    sealHash: seal?.hash.toString('hex') ?? '',
  }
}

const accountKindMessage = (kind: AccountKind): AccountKindMessage => `ACCOUNT_KIND_${kind}`

/** A job is its organisation's, whose credits it was that moved. */
function referenceNameOf({ transaction }: ExploredTransaction, { organizations }: Names): string {
  const { reference, postings } = transaction
  if (reference === undefined) return ''
  const { kind, id }: TransactionReference = reference
  switch (kind) {
    case 'transfer':
      return `transfers/${id}`
    case 'booking':
      return `creditBookings/${id}`
    case 'job': {
      const [owner] = postings.flatMap(({ account }) =>
        'organizationId' in account ? account.organizationId : [],
      )
      const slug = organizations.get(owner ?? '')?.slug
      return slug === undefined ? '' : `organizations/${slug}/jobs/${id}`
    }
    default:
      return kind satisfies never
  }
}
