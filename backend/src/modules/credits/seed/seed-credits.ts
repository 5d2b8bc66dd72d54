import type { DataSource } from 'typeorm'
import { v5 } from 'uuid'
import { DomainError } from '../../../errors/domain-error.ts'
import type { IdentityService } from '../../identity/index.ts'
import { PricingService } from '../billing/index.ts'
import { Bookings, decimalAmount } from '../bookings/index.ts'
import { ClassNames, ClassService } from '../classes/index.ts'
import { type CreditClassRecord, classByCode, listClasses } from '../ledger/index.ts'
import { TransferReviews, Transfers } from '../transfers/index.ts'
import type { BookingSeed, CreditsSeed, TransferSeed } from './credits-seed.ts'

export interface CreditsSeedOptions {
  readonly dataSource: DataSource
  readonly identity: IdentityService
  /** Ids of the job services. */
  readonly jobServices: readonly string[]
  /** By its clock years are told. */
  readonly now: Date
}

/** Of request ids that follow from a seed's keys, so that what is there is not made again. */
const NAMESPACE = '6f2c1a5e-5a0c-4f6b-9a39-0c7b8d1f4e21'
const MICROS_DECIMALS = 6

/**
 * Adds what is missing, by the services that people use, as the people whom the seed names: nothing gets around the
 * rules. What exists, and may have been changed since, stays as it is.
 */
export async function seedCredits(
  options: CreditsSeedOptions,
  seed: CreditsSeed,
): Promise<{ added: string[] }> {
  const sowing = new Sowing(options)
  for (const each of seed.classes) await sowing.addClass(each)
  for (const each of seed.prices) await sowing.addPrice(each)
  for (const each of seed.bookings) await sowing.addBooking(each)
  for (const each of seed.transfers) await sowing.addTransfer(each)
  return { added: sowing.added }
}

class Sowing {
  readonly added: string[] = []
  readonly #options: CreditsSeedOptions
  readonly #classes: ClassService
  readonly #pricing: PricingService
  readonly #bookings: Bookings
  readonly #transfers: Transfers
  readonly #reviews: TransferReviews

  constructor(options: CreditsSeedOptions) {
    const { dataSource, identity, jobServices } = options
    this.#options = options
    this.#classes = new ClassService(dataSource, new ClassNames(dataSource))
    this.#pricing = new PricingService({ dataSource, services: jobServices })
    this.#bookings = new Bookings({ dataSource, identity })
    this.#transfers = new Transfers(dataSource, identity)
    this.#reviews = new TransferReviews(dataSource, identity)
  }

  async addClass({ yearsAhead, ...each }: CreditsSeed['classes'][number]): Promise<void> {
    if ((await classByCode(this.#options.dataSource, each.code)) !== undefined) return
    await this.#classes.create({ ...each, validityYear: this.#options.now.getUTCFullYear() + yearsAhead })
    this.added.push(`creditClasses/${each.code}`)
  }

  /** Not again when the operator removed it. */
  async addPrice({ service, creditClass, by, ...amounts }: CreditsSeed['prices'][number]): Promise<void> {
    const known = await this.#classOf(creditClass)
    const { changes } = await this.#pricing.changes(undefined, CHANGES_LOOKED_AT)
    if (changes.some((change) => change.serviceId === service && change.classCode === creditClass)) return
    if (known.expired || known.state === 'CLOSED') return
    const of = (amount: string) => inUnits(amount, known.decimals)
    await this.#pricing.set(
      service,
      creditClass,
      {
        perJob: of(amounts.perJob),
        perTaskSecond: of(amounts.perTaskSecond),
        perOutputGb: of(amounts.perOutputGb),
        freePerMonth: of(amounts.freePerMonth),
      },
      await this.#userId(by),
    )
    this.added.push(`price of ${service} in ${creditClass}`)
  }

  async addBooking({ key, kind, displayName, reason, creator, approver, rows }: BookingSeed): Promise<void> {
    const decimals = new Map(
      (await listClasses(this.#options.dataSource)).map((each) => [each.code, each.decimals]),
    )
    const creatorId = await this.#userId(creator)
    const made = await firstTime(() =>
      this.#bookings.create(creatorId, {
        kind,
        displayName,
        reason,
        evidenceUrls: [],
        evidenceFiles: [],
        requestId: requestIdOf(key),
        rows: rows.map((row) => ({
          ...row,
          amount: inUnits(row.amount, decimals.get(row.creditClass) ?? 0),
        })),
      }),
    )
    if (made === undefined || approver === undefined || made.booking.state !== 'SUBMITTED') return
    await this.#bookings.approve(await this.#userId(approver), made.booking.id)
    this.added.push(`creditBookings/${made.booking.id}`)
  }

  async addTransfer(seed: TransferSeed): Promise<void> {
    const { decimals } = await this.#classOf(seed.creditClass)
    const declarations = (await this.#transfers.declarations()).map(({ id }) => `creditDeclarations/${id}`)
    const proposer = await this.#member(seed.proposer, seed.organization)
    const made = await firstTime(() =>
      this.#transfers.propose(proposer, {
        direction: seed.direction,
        partner: seed.partner,
        creditClass: seed.creditClass,
        amount: inUnits(seed.amount, decimals),
        pricePerCreditMicros: inUnits(seed.price, MICROS_DECIMALS),
        currencyCode: seed.currency,
        category: seed.category,
        effectiveDate: seed.effectiveDate,
        expireTime: undefined,
        attachments: [],
        declarations,
        comment: seed.comment,
        dryRun: false,
        requestId: requestIdOf(seed.key),
      }),
    )
    if (made === undefined) return
    const { id } = made.transfer
    for (const step of seed.steps) {
      if (!(await this.#step(seed, id, step, declarations))) return
      this.added.push(`${step.action} of transfers/${id}`)
    }
  }

  /** False when the step is behind it, or somebody went another way. */
  async #step(
    seed: TransferSeed,
    id: string,
    { action, by, reason }: TransferSeed['steps'][number],
    declarations: readonly string[],
  ): Promise<boolean> {
    const key = { id, etag: '' }
    switch (action) {
      case 'accept':
      case 'refuse':
      case 'rescind': {
        const side = action === 'rescind' ? seed.organization : seed.partner
        const member = await this.#member(by, side)
        if (!(await this.#transfers.get(member, id)).actions.includes(action)) return false
        if (action === 'accept') await this.#transfers.accept(member, key, declarations)
        else await this.#transfers[action](member, key, reason)
        return true
      }
      case 'recommend approval':
      case 'recommend rejection':
      case 'approve':
      case 'decline': {
        const reviewer = await this.#reviews.reviewer(await this.#userId(by), undefined)
        if (!(await this.#reviews.get(reviewer, id)).actions.includes(action)) return false
        if (action === 'approve') await this.#reviews.approve(reviewer, key)
        else if (action === 'decline') await this.#reviews.decline(reviewer, key, reason)
        else {
          const recommendation = action === 'recommend approval' ? 'approval' : 'rejection'
          await this.#reviews.recommend(reviewer, key, recommendation, reason)
        }
        return true
      }
      default:
        return action satisfies never
    }
  }

  async #userId(email: string): Promise<string> {
    const user = await this.#options.identity.userByEmail(email)
    if (user === undefined) throw new Error(`the seed's ${email} is nobody's address`)
    return user.id
  }

  async #member(email: string, slug: string) {
    const userId = await this.#userId(email)
    const membership = (await this.#options.identity.principal(userId))?.memberships.get(slug)
    if (membership === undefined)
      throw new Error(`${email} of the seed is no member of organizations/${slug}`)
    const { organizationId, permissions } = membership
    return { userId, organizationId, permissions }
  }

  async #classOf(code: string): Promise<CreditClassRecord> {
    const found = await classByCode(this.#options.dataSource, code)
    if (found === undefined) throw new Error(`the seed's class ${code} does not exist`)
    return found
  }
}

/** The latest ones: more than a seed ever sets. */
const CHANGES_LOOKED_AT = 500

const requestIdOf = (key: string) => v5(key, NAMESPACE)

/** Undefined when the request was another one when it was first made: the seed was changed since. */
async function firstTime<Made>(make: () => Promise<Made>): Promise<Made | undefined> {
  try {
    return await make()
  } catch (error) {
    if (error instanceof DomainError && error.reason === 'REQUEST_ID_REUSED') return undefined
    throw error
  }
}

function inUnits(text: string, decimals: number): bigint {
  if (/^0+([.]0+)?$/.test(text)) return 0n
  const read = decimalAmount(text, decimals)
  if ('problem' in read) throw new Error(`the seed's amount ${text} ${read.problem}`)
  return read.amount
}
