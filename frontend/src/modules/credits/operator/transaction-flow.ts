import type { Posting, Transaction } from '@fairlead/proto/web/fairlead/credits/v1/ledger'

/** Whose account it is, for people: "Northern Survey Institute", "…, held", "Issuance". */
export function accountLabel({ account, organization, organizationDisplayName }: Posting): string {
  const owner = organizationDisplayName || organization.replace('organizations/', '')
  switch (account) {
    case 'ACCOUNT_KIND_AVAILABLE':
      return owner
    case 'ACCOUNT_KIND_HELD':
      return `${owner}, held`
    case 'ACCOUNT_KIND_ISSUANCE':
      return 'Issuance'
    case 'ACCOUNT_KIND_SINK':
      return 'Used or reduced'
    default:
      return 'Unknown account'
  }
}

interface Flow {
  readonly from: string
  readonly to: string
  /** What moved, in the smallest unit. */
  readonly amount: bigint
}

/** Where the credits of a transaction came from and went to, and how many. One organisation is named once. */
export function flowOf({ postings }: Pick<Transaction, 'postings'>): Flow {
  const owners = new Set(postings.map(({ organization }) => organization).filter((one) => one !== ''))
  const within = owners.size === 1
  const givers = postings.filter(({ amount }) => amount < 0n)
  // What is used stands before what is given back of it.
  const takers = postings
    .filter(({ amount }) => amount > 0n)
    .toSorted((one, other) => Number(one.organization !== '') - Number(other.organization !== ''))
  const holds = within && takers.length === 1 && takers[0]?.account === 'ACCOUNT_KIND_HELD'
  const returns = within && givers.some(({ account }) => account === 'ACCOUNT_KIND_HELD')
  return {
    from: givers.map(accountLabel).join(' and '),
    to: takers
      .map((posting) => {
        if (holds) return 'held'
        return returns && posting.account === 'ACCOUNT_KIND_AVAILABLE' ? 'available' : accountLabel(posting)
      })
      .join(' and '),
    amount: postings.reduce((sum, { amount }) => (amount > 0n ? sum + amount : sum), 0n),
  }
}

/** Kinds that nothing but their own job, transfer or reversal undoes. */
const irreversible: ReadonlySet<Transaction['kind']> = new Set([
  'TRANSACTION_KIND_TRANSFER_HOLD',
  'TRANSACTION_KIND_TRANSFER_RELEASE',
  'TRANSACTION_KIND_JOB_HOLD',
  'TRANSACTION_KIND_JOB_RELEASE',
  'TRANSACTION_KIND_REVERSAL',
] as const)

/** Why a transaction cannot be undone; undefined when it can. */
export function whyNotReversible({
  kind,
  reversedBy,
}: Pick<Transaction, 'kind' | 'reversedBy'>): string | undefined {
  if (reversedBy !== '') return 'It was reversed already.'
  if (kind === 'TRANSACTION_KIND_REVERSAL') return 'A reversal is not reversed; book what is right instead.'
  return irreversible.has(kind) ? 'A hold and its release end with their job or transfer.' : undefined
}
