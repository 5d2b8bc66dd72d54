import {
  LedgerServiceService,
  type LedgerState as LedgerStateMessage,
} from '@fairlead/proto/server/fairlead/credits/v1/ledger'
import type { DataSource } from 'typeorm'
import { DomainError } from '../../../errors/domain-error.ts'
import { organizationSlug } from '../../../server/authorize.ts'
import { callerOf } from '../../../server/call-context.ts'
import { type PageTokens, pageScope } from '../../../server/page-token.ts'
import { type RegisteredService, registeredService } from '../../../server/service-handlers.ts'
import type { IdentityService } from '../../identity/index.ts'
import { type ClassNames, classIn, className } from '../classes/index.ts'
import { exportChunks } from '../export/index.ts'
import { reconcile } from '../reconciliation/index.ts'
import { type ComplianceService, complianceTable } from '../reports/index.ts'
import { type LedgerState, ledgerState, requestVerification } from '../sealing/index.ts'
import {
  anyReferenceOf,
  balanceMessage,
  complianceMessage,
  exportFormatOf,
  kindsOfMessages,
  transactionName,
} from '../statement/index.ts'
import type { AccountPages } from './account-pages.ts'
import { type Names, transactionMessage } from './explorer-messages.ts'
import type { ExplorerService } from './explorer-service.ts'
import type { ExploredTransaction } from './explorer-store.ts'

const DEFAULT_PAGE_SIZE = 50

export interface LedgerHandlerDependencies {
  readonly dataSource: DataSource
  readonly explorer: ExplorerService
  readonly accounts: AccountPages
  readonly classNames: ClassNames
  readonly compliance: ComplianceService
  readonly identity: IdentityService
  readonly pageTokens: PageTokens
}

/** The whole ledger, for the operator. */
export function ledgerHandler({
  dataSource,
  explorer,
  accounts,
  classNames,
  compliance,
  identity,
  pageTokens,
}: LedgerHandlerDependencies): RegisteredService {
  const namesIn = async (explored: readonly ExploredTransaction[]): Promise<Names> => {
    const transactions = explored.map(({ transaction }) => transaction)
    const organizationIds = transactions.flatMap(({ postings }) =>
      postings.flatMap(({ account }) => ('organizationId' in account ? account.organizationId : [])),
    )
    const [classes, organizations, people] = await Promise.all([
      classNames.byId(),
      identity.organizationsByIds([...new Set(organizationIds)]),
      identity.displayNames([...new Set(transactions.flatMap(({ actorId }) => actorId ?? []))]),
    ])
    return { classes, organizations, people }
  }

  /** Undefined of the empty name, which means all. */
  const organizationNamed = async (name: string) => {
    if (name === '') return undefined
    const found = await identity.organizationBySlug(organizationSlug(name) ?? '')
    if (found !== undefined) return found
    const message = `There is no organisation ${name}.`
    throw new DomainError('NOT_FOUND', 'ORGANIZATION_NOT_FOUND', message, { metadata: { name } })
  }

  return registeredService(LedgerServiceService, {
    async listTransactions(request) {
      const { creditClass, organization, kinds, startTime, endTime, reference, pageSize, pageToken } = request
      const scope = pageScope('ListTransactions', {
        creditClass,
        organization,
        kinds: kinds.toSorted(),
        startTime,
        endTime,
        reference,
      })
      const [time, id] = pageTokens.decode(scope, pageToken) ?? []
      const { transactions, next } = await explorer.transactions(
        {
          organizationId: (await organizationNamed(organization))?.id,
          classId: (await classNames.namedOrAll(creditClass))?.id,
          kinds: kindsOfMessages(kinds),
          startTime,
          endTime,
          reference: anyReferenceOf(reference),
        },
        time === undefined || id === undefined ? undefined : { time, id },
        pageSize === 0 ? DEFAULT_PAGE_SIZE : pageSize,
      )
      const names = await namesIn(transactions)
      return {
        transactions: transactions.map((each) => transactionMessage(each, names)),
        nextPageToken: next === undefined ? '' : pageTokens.encode(scope, [next.time, next.id]),
      }
    },

    async getTransaction({ name }) {
      const found = await explorer.transaction(name.slice(transactionName('').length))
      return transactionMessage(found, await namesIn([found]))
    },

    async listAccounts({ creditClass, organization, pageSize, pageToken }) {
      const scope = pageScope('ListAccounts', { creditClass, organization })
      const [slug, code] = pageTokens.decode(scope, pageToken) ?? []
      const filter = {
        organization: await organizationNamed(organization),
        classId: (await classNames.namedOrAll(creditClass))?.id,
      }
      const page = await accounts.page(
        filter,
        await classNames.byId(),
        slug === undefined || code === undefined ? undefined : { slug, code },
        pageSize === 0 ? DEFAULT_PAGE_SIZE : pageSize,
      )
      const { next } = page
      return {
        accounts: page.accounts.map((account) => ({
          organization: `organizations/${account.organization.slug}`,
          organizationDisplayName: account.organization.displayName,
          balance: balanceMessage(account.balance, account.creditClass),
        })),
        nextPageToken: next === undefined ? '' : pageTokens.encode(scope, [next.slug, next.code]),
      }
    },

    async getLedgerState() {
      return stateMessage(await ledgerState(dataSource))
    },

    async verifyLedger(_request, context) {
      const { userId } = callerOf(context)
      await requestVerification(dataSource, userId)
      context.log.info({ userId }, 'a verification of the ledger was asked for')
      return stateMessage(await ledgerState(dataSource))
    },

    async getReconciliation() {
      const { time, lines, discrepancies } = await reconcile(dataSource)
      const classes = await classNames.byId()
      return {
        time,
        lines: lines.map(({ classId, ...amounts }) => ({
          creditClass: className(classIn(classes, classId).code),
          ...amounts,
        })),
        discrepancies: [...discrepancies],
      }
    },

    async listComplianceReports({ startTime, endTime, pageSize, pageToken }) {
      const scope = pageScope('ListComplianceReports', { startTime, endTime })
      const [after] = pageTokens.decode(scope, pageToken) ?? []
      const size = pageSize === 0 ? DEFAULT_PAGE_SIZE : pageSize
      const { reports, next } = await compliance.page({ startTime, endTime }, after ?? '', size)
      const classes = await classNames.byId()
      return {
        reports: reports.map((report) => complianceMessage(report, classes)),
        nextPageToken: next === undefined ? '' : pageTokens.encode(scope, [next]),
      }
    },

    async *exportComplianceReports({ format, startTime, endTime }) {
      const reports = compliance.all({ startTime, endTime })
      const table = complianceTable(reports, () => classNames.byId())
      yield* exportChunks(table, exportFormatOf(format))
    },
  })
}

function stateMessage({ verification, ...state }: LedgerState): LedgerStateMessage {
  return {
    ...state,
    verification:
      verification === undefined
        ? undefined
        : {
            outcome: `VERIFICATION_OUTCOME_${verification.outcome}`,
            requestTime: verification.requestTime,
            endTime: verification.endTime,
            verifiedCount: verification.verifiedCount,
            firstBroken:
              verification.firstBroken === undefined ? '' : transactionName(verification.firstBroken),
            message: verification.message,
          },
  }
}
