import { DomainError, invalidField } from '../../../errors/domain-error.ts'
import type { CreditClassRecord } from '../ledger/credit-class.ts'
import type { AskedAttachment, Declaration, TradeCategory } from './transfer.ts'

const CONTROLS = /[\p{Cc}\u2028\u2029]/u
const CONTROLS_BUT_LINES_AND_TABS = /(?![\n\t])[\p{Cc}\u2028\u2029]/u
/** Would turn around the text that follows. */
const DIRECTION_OVERRIDES = /[\u202A-\u202E\u2066-\u2069]/u

/** Plain text with line breaks, which become "\n"; may be empty. */
export function parseText(field: string, text: string): string {
  const lines = text.replaceAll(/\r\n?/g, '\n')
  if (CONTROLS_BUT_LINES_AND_TABS.test(lines)) {
    throw invalidField(field, 'has control characters. Leave them out; line breaks and tabs may stay.')
  }
  if (DIRECTION_OVERRIDES.test(lines)) {
    throw invalidField(field, 'has characters that turn the direction of text around. Leave them out.')
  }
  return lines.trim()
}

/** Plain text that says something. */
export function parseStatement(field: string, text: string): string {
  const parsed = parseText(field, text)
  if (parsed === '') throw invalidField(field, 'says nothing. Give some text.')
  return parsed
}

/** Either an https address, or the name of a file; the other one is empty. */
export function parseAttachments(attachments: readonly AskedAttachment[]): AskedAttachment[] {
  return attachments.map(({ displayName, url, file }, index) => {
    const field = `attachments[${index}]`
    const line = parseStatement(`${field}.display_name`, displayName)
    if (CONTROLS.test(line))
      throw invalidField(`${field}.display_name`, 'has line breaks. Give one line of text.')
    if (file === '') return { displayName: line, url: parseAddress(`${field}.url`, url), file }
    if (url !== '') throw invalidField(`${field}.url`, 'is given next to a file. Give one of them.')
    return { displayName: line, url, file }
  })
}

function parseAddress(field: string, url: string): string {
  if (CONTROLS.test(url) || /[\s\\]/u.test(url)) {
    throw invalidField(field, 'has spaces, control characters or backslashes. Give an https address.')
  }
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed?.protocol !== 'https:') throw invalidField(field, 'is not an https address.')
  if (parsed.username !== '' || parsed.password !== '') {
    throw invalidField(field, 'has a user name in it, which hides where it leads. Give an address without.')
  }
  return url
}

export interface Price {
  readonly pricePerCreditMicros: bigint
  readonly currencyCode: string
  readonly category: TradeCategory
}

const currencies: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'))

export function checkPrice({ pricePerCreditMicros, currencyCode, category }: Price): void {
  if (category === 'GIFT' && pricePerCreditMicros !== 0n) {
    throw invalidField('price_per_credit_micros', 'is not 0, and a gift is for nothing.')
  }
  if (currencyCode === '' && pricePerCreditMicros !== 0n) {
    throw invalidField(
      'currency_code',
      'is missing, and there is a price. Give an ISO 4217 code such as EUR.',
    )
  }
  if (currencyCode !== '' && !currencies.has(currencyCode)) {
    throw invalidField('currency_code', 'is no currency of ISO 4217. Give a code such as EUR.')
  }
}

/** By the clock of the database. */
export interface Moment {
  readonly now: Date
  /** "YYYY-MM-DD" in UTC. */
  readonly today: string
}

/** Only credits that are good are proposed. */
export function checkClass(creditClass: CreditClassRecord): void {
  const { code } = creditClass
  const violations = (description: string) => ({ violations: [{ field: 'credit_class', description }] })
  if (creditClass.expired) {
    throw new DomainError(
      'FAILED_PRECONDITION',
      'CLASS_EXPIRED',
      `Credits of creditClasses/${code} have expired and are not transferred any more.`,
      violations('has expired.'),
    )
  }
  if (creditClass.state === 'CLOSED') {
    throw new DomainError(
      'FAILED_PRECONDITION',
      'CLASS_CLOSED',
      `The operator has closed creditClasses/${code}: nothing new is transferred in it.`,
      violations('is closed.'),
    )
  }
}

/** Undefined for the empty date: at once when approved. */
export function parseEffectiveDate(
  date: string,
  { today }: Moment,
  { expireTime }: Pick<CreditClassRecord, 'expireTime'>,
): string | undefined {
  if (date === '') return undefined
  const midnight = new Date(`${date}T00:00:00Z`)
  if (Number.isNaN(midnight.getTime()) || midnight.toISOString().slice(0, 10) !== date) {
    throw invalidField('effective_date', 'is no date of the calendar. Give YYYY-MM-DD.')
  }
  if (date < today) {
    throw invalidField('effective_date', `is in the past. Give ${today} or a later date, or none.`)
  }
  if (expireTime !== undefined && midnight >= expireTime) {
    throw invalidField(
      'effective_date',
      `is after the credits expire, which they do at ${expireTime.toISOString()}. Give an earlier date.`,
    )
  }
  return date
}

const DAY_MS = 86_400_000
const DEFAULT_DAYS = 30

/** Unset: in 30 days. */
export function parseExpireTime(expireTime: Date | undefined, { now }: Moment): Date {
  if (expireTime === undefined) return new Date(now.getTime() + DEFAULT_DAYS * DAY_MS)
  if (!(expireTime > now)) {
    throw invalidField('expire_time', 'is in the past. Give a later time, or none for 30 days from now.')
  }
  const latest = new Date(now)
  latest.setUTCFullYear(latest.getUTCFullYear() + 1)
  if (expireTime > latest)
    throw invalidField('expire_time', 'is more than a year from now. Give an earlier time.')
  return expireTime
}

/** All declarations as they stand now, whatever the order: people agree to each. */
export function checkAgreement(agreed: readonly string[], current: readonly Declaration[]): void {
  const names = new Set(agreed)
  const known = new Set(current.map(({ id }) => `creditDeclarations/${id}`))
  const outdated = agreed.find((name) => !known.has(name))
  if (outdated !== undefined) {
    throw invalidField(
      'declarations',
      'have one that does not hold any more. Read the declarations again and agree to what they say now.',
      'DECLARATION_OUTDATED',
    )
  }
  if (![...known].every((name) => names.has(name))) {
    throw invalidField(
      'declarations',
      'lack one. Agree to every declaration as they stand now.',
      'DECLARATION_MISSING',
    )
  }
}
