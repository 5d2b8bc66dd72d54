import type { DataSource } from 'typeorm'
import type { IdentityService, Organization } from '../../identity/index.ts'
import { checkedPeriod, type Period, type TimeRange } from '../statement/time-range.ts'
import { addsUp, type ComplianceLine, type ComplianceReport } from './compliance.ts'
import { complianceLines } from './compliance-store.ts'

export interface PeriodReport extends ComplianceReport {
  readonly period: Period
}

/** Organisations whose lines are summed up by one statement. */
const ORGANIZATIONS_AT_ONCE = 50

export class ComplianceService {
  readonly #dataSource: DataSource
  readonly #identity: IdentityService

  constructor(dataSource: DataSource, identity: IdentityService) {
    this.#dataSource = dataSource
    this.#identity = identity
  }

  async of(organizationId: string, range: TimeRange): Promise<PeriodReport> {
    const period = checkedPeriod(range)
    const organization = await this.#identity.organizationById(organizationId)
    if (organization === undefined) throw new Error('a report of an organisation that is gone')
    const [report] = await this.#reports([organization], period)
    if (report === undefined) throw new Error('one report was asked for and none was made')
    return report
  }

  /** Of the organisations after this slug: one page of them. */
  async page(
    range: TimeRange,
    after: string,
    size: number,
  ): Promise<{ reports: readonly PeriodReport[]; next: string | undefined }> {
    const period = checkedPeriod(range)
    const organizations = await this.#identity.organizationsAfter(after, size + 1)
    const shown = organizations.slice(0, size)
    return {
      reports: await this.#reports(shown, period),
      next: organizations.length > size ? shown.at(-1)?.slug : undefined,
    }
  }

  /** Of all, in batches; each is read when it is asked for. */
  all(range: TimeRange): AsyncGenerator<readonly PeriodReport[], void> {
    return this.#batches(checkedPeriod(range))
  }

  async *#batches(period: Period): AsyncGenerator<readonly PeriodReport[], void> {
    for (let after: string | undefined = ''; after !== undefined; ) {
      const { reports, next } = await this.page(period, after, ORGANIZATIONS_AT_ONCE)
      yield reports
      after = next
    }
  }

  async #reports(organizations: readonly Organization[], period: Period): Promise<PeriodReport[]> {
    const ids = organizations.map(({ id }) => id)
    const lines =
      ids.length === 0
        ? new Map<string, ComplianceLine[]>()
        : await complianceLines(this.#dataSource, ids, period)
    return organizations.map(({ id, slug, displayName }) => {
      const own = lines.get(id) ?? []
      const wrong = own.find((line) => !addsUp(line))
      if (wrong !== undefined) {
        // What is told to an authority must not be wrong in silence; reconciliation and verification say more.
        throw new Error(`the report of ${slug} does not add up in class ${wrong.classId}`)
      }
      return { organization: { slug, displayName }, lines: own, period }
    })
  }
}
