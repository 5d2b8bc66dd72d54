import type { CreditClass } from '@fairlead/proto/web/fairlead/credits/v1/credits'
import type {
  Declaration,
  ProposeTransferRequest,
  TradeCategory,
  TransferDirection,
} from '@fairlead/proto/web/fairlead/credits/v1/transfers'
import { daysAfter, endOfDay, isDay } from '../../ui/day'
import { formatAmount, parseAmount, parsePrice } from './amount'

/** A file that is to be attached. */
export interface ChosenFile {
  /** "organizations/{organization}/files/{uuid}" */
  readonly name: string
  readonly displayName: string
}

/** A document: its address, or a file. */
export interface AttachmentDraft {
  readonly displayName: string
  readonly url: string
  readonly file?: ChosenFile
}

/** What has been typed and chosen so far. */
export interface Draft {
  readonly direction: TransferDirection
  /** "organizations/{organization}" */
  readonly partner: string
  /** "creditClasses/{code}" */
  readonly creditClass: string
  readonly amount: string
  readonly price: string
  readonly currency: string
  readonly category: TradeCategory
  /** YYYY-MM-DD; empty for at once when approved. */
  readonly effectiveDate: string
  /** YYYY-MM-DD, the last day on which it can be accepted; empty for 30 days. */
  readonly lastDay: string
  readonly attachments: readonly AttachmentDraft[]
  readonly comment: string
  /** Names of the declarations that are ticked. */
  readonly agreed: readonly string[]
}

export type DraftField = keyof Draft

/** A field of the form, or one of its attachments: "attachments[1].url". */
export type Problems = Readonly<Partial<Record<DraftField | `attachments[${number}].${string}`, string>>>

/** As far ahead as a proposal can be open, in days. */
export const longestOpenDays = 364
export const usualOpenDays = 30

export interface ProposalContext {
  readonly creditClasses: readonly CreditClass[]
  readonly declarations: readonly Declaration[]
  /** Of the chosen class, what the organisation has; undefined while it is not known. */
  readonly available: bigint | undefined
  /** YYYY-MM-DD in UTC. */
  readonly today: string
}

export type Proposal = Omit<ProposeTransferRequest, 'parent' | 'dryRun' | 'requestId'>

export type CheckedDraft =
  | { readonly proposal: Proposal; readonly problems: undefined }
  | { readonly proposal: undefined; readonly problems: Problems }

/** Reads the form; what the server alone can know, a dry run finds. */
export function checkDraft(draft: Draft, context: ProposalContext): CheckedDraft {
  const problems: Record<string, string> = {}
  const creditClass = context.creditClasses.find(({ name }) => name === draft.creditClass)
  const isGift = draft.category === 'TRADE_CATEGORY_GIFT'

  if (draft.partner === '') problems['partner'] = 'Choose an organisation.'
  if (creditClass === undefined) problems['creditClass'] = 'Choose a class.'
  const amount = creditClass === undefined ? undefined : parseAmount(draft.amount, creditClass.decimals)
  if (amount?.problem !== undefined) problems['amount'] = amount.problem
  else if (creditClass !== undefined && amount !== undefined && isShort(draft, amount.amount, context)) {
    problems['amount'] = `Only ${formatAmount(context.available ?? 0n, creditClass.decimals)} are available.`
  }
  const price = isGift ? { amount: 0n } : parsePrice(draft.price)
  if (price.amount === undefined) problems['price'] = price.problem
  if (price.amount !== undefined && price.amount > 0n && draft.currency === '') {
    problems['currency'] = 'Choose a currency.'
  }
  if (draft.effectiveDate !== '' && !isDay(draft.effectiveDate)) {
    problems['effectiveDate'] = 'This is not a day.'
  } else if (draft.effectiveDate !== '' && draft.effectiveDate < context.today) {
    problems['effectiveDate'] = 'Today or later, in UTC.'
  }
  const lastDay = draft.lastDay || daysAfter(context.today, usualOpenDays)
  if (!isDay(lastDay)) problems['lastDay'] = 'This is not a day.'
  else if (lastDay < context.today) problems['lastDay'] = 'Today or later, in UTC.'
  else if (lastDay > daysAfter(context.today, longestOpenDays))
    problems['lastDay'] = 'At most a year from now.'

  const attachments = draft.attachments.filter((attachment) => !isBlank(attachment))
  for (const [index, attachment] of draft.attachments.entries()) {
    if (isBlank(attachment)) continue
    const { displayName, url, file } = attachment
    if (displayName.trim() === '') problems[`attachments[${index}].displayName`] = 'Give it a name.'
    if (file === undefined && !isSecureAddress(url.trim())) {
      problems[`attachments[${index}].url`] = 'An address that begins with https://'
    }
  }
  const missing = context.declarations.some(({ name }) => !draft.agreed.includes(name))
  if (missing) problems['agreed'] = 'Agree to each of them to propose.'

  if (Object.keys(problems).length > 0 || amount?.amount === undefined || price.amount === undefined) {
    return { proposal: undefined, problems: problems as Problems }
  }
  return {
    problems: undefined,
    proposal: {
      direction: draft.direction,
      partner: draft.partner,
      creditClass: draft.creditClass,
      amount: amount.amount,
      pricePerCreditMicros: price.amount,
      currencyCode: price.amount === 0n ? '' : draft.currency,
      category: draft.category,
      effectiveDate: draft.effectiveDate,
      // Unset is 30 days to the second; the day that the form shows is good to its end.
      expireTime: endOfDay(lastDay),
      attachments: attachments.map(({ displayName, url, file }) => ({
        displayName: displayName.trim(),
        url: file === undefined ? url.trim() : '',
        file: file?.name ?? '',
        fileVersion: 0,
        sizeBytes: 0n,
        sha256: '',
      })),
      declarations: context.declarations.map(({ name }) => name),
      comment: draft.comment.trim(),
    },
  }
}

function isBlank({ displayName, url, file }: AttachmentDraft): boolean {
  return file === undefined && displayName.trim() + url.trim() === ''
}

/** Whether more is to be sold than there is. */
function isShort({ direction }: Draft, amount: bigint, { available }: ProposalContext): boolean {
  return direction === 'TRANSFER_DIRECTION_SELL' && available !== undefined && amount > available
}

function isSecureAddress(address: string): boolean {
  return address.startsWith('https://') && URL.canParse(address)
}

const requestFields: Readonly<Record<string, DraftField>> = {
  direction: 'direction',
  partner: 'partner',
  credit_class: 'creditClass',
  amount: 'amount',
  price_per_credit_micros: 'price',
  currency_code: 'currency',
  category: 'category',
  effective_date: 'effectiveDate',
  expire_time: 'lastDay',
  attachments: 'attachments',
  declarations: 'agreed',
  comment: 'comment',
}

/** The server's sentences go on from the field's name. */
const subjects: Readonly<Partial<Record<DraftField, string>>> = {
  partner: 'This organisation',
  creditClass: 'This class',
  amount: 'This amount',
  price: 'This price',
  currency: 'This currency',
  effectiveDate: 'This day',
  lastDay: 'This day',
}

/** What the server said of fields, by field of the form; those of other fields are said of the whole. */
export function problemsFromServer(
  violations: readonly { readonly field: string; readonly description: string }[],
): { readonly problems: Problems; readonly others: readonly string[] } {
  const problems: Record<string, string> = {}
  const others: string[] = []
  for (const { field, description } of violations) {
    const attachment = /^attachments\[(\d+)\]\.(url|file|display_name)$/.exec(field)
    const name =
      attachment === null
        ? requestFields[field.replace(/\[.*$/, '')]
        : `attachments[${attachment[1]}].${attachment[2] === 'display_name' ? 'displayName' : attachment[2]}`
    if (name === undefined) others.push(description)
    else problems[name] ??= sentence(subjects[name as DraftField], description)
  }
  return { problems: problems as Problems, others }
}

function sentence(subject: string | undefined, description: string): string {
  return subject === undefined || !/^[a-z]/.test(description)
    ? description.charAt(0).toUpperCase() + description.slice(1)
    : `${subject} ${description}`
}

/** The form as an address opens it, such as "?direction=buy&class=compute-2026". */
export function draftFromAddress(parameters: URLSearchParams): Draft {
  const partner = parameters.get('partner') ?? ''
  const code = parameters.get('class') ?? ''
  return {
    direction: parameters.get('direction') === 'buy' ? 'TRANSFER_DIRECTION_BUY' : 'TRANSFER_DIRECTION_SELL',
    partner: /^[a-z][a-z0-9-]{1,62}$/.test(partner) ? `organizations/${partner}` : '',
    creditClass: /^[a-z][a-z0-9-]{1,38}$/.test(code) ? `creditClasses/${code}` : '',
    amount: '',
    price: '',
    currency: 'EUR',
    category: 'TRADE_CATEGORY_SALE',
    effectiveDate: '',
    lastDay: '',
    attachments: [],
    comment: '',
    agreed: [],
  }
}
