import {
  CreditServiceService,
  type ExportFormat as ExportFormatMessage,
  type UpdateCreditClassRequest,
} from '@fairlead/proto/server/fairlead/credits/v1/credits'
import { invalidField } from '../../../errors/domain-error.ts'
import { callerOf, organizationContext } from '../../../server/call-context.ts'
import { type PageTokens, pageScope } from '../../../server/page-token.ts'
import { type RegisteredService, registeredService } from '../../../server/service-handlers.ts'
import { parseUpdateMask } from '../../../server/update-mask.ts'
import type { IdentityService } from '../../identity/index.ts'
import { type ClassNames, type ClassService, classIn, className } from '../classes/index.ts'
import { type ExportFormat, exportChunks } from '../export/index.ts'
import type { ComplianceService } from '../reports/index.ts'
import { referenceOf } from './reference.ts'
import type { StatementLine } from './statement-line.ts'
import {
  balanceMessage,
  classMessage,
  complianceMessage,
  referenceName,
  statementLineMessage,
} from './statement-messages.ts'
import type { StatementService } from './statement-service.ts'
import { type NamedLine, statementTable } from './statement-table.ts'
import { kindsOfMessages } from './transaction-messages.ts'

const DEFAULT_PAGE_SIZE = 50
const updatePaths = ['display_name', 'description', 'state'] as const

export interface CreditHandlerDependencies {
  readonly classes: ClassService
  readonly classNames: ClassNames
  readonly statement: StatementService
  readonly compliance: ComplianceService
  readonly identity: IdentityService
  readonly pageTokens: PageTokens
}

/** What organisations see of their credits, and the classes that there are. */
export function creditHandler({
  classes,
  classNames,
  statement,
  compliance,
  identity,
  pageTokens,
}: CreditHandlerDependencies): RegisteredService {
  const counterparties = (lines: readonly StatementLine[]) => {
    const ids = new Set(lines.flatMap(({ counterpartyId }) => counterpartyId ?? []))
    return identity.organizationsByIds([...ids])
  }

  async function* named(
    batches: AsyncIterable<readonly StatementLine[]>,
    slug: string,
  ): AsyncGenerator<NamedLine[], void> {
    for await (const lines of batches) {
      // Read after the lines: they are of no class that is not among these.
      const [known, names] = await Promise.all([classNames.byId(), counterparties(lines)])
      yield lines.map((line) => ({
        line,
        creditClass: classIn(known, line.classId),
        counterparty: names.get(line.counterpartyId ?? '')?.displayName ?? '',
        reference: referenceName(line, slug),
      }))
    }
  }

  return registeredService(CreditServiceService, {
    async listCreditClasses() {
      return { creditClasses: (await classes.list()).map(classMessage) }
    },

    async createCreditClass(request, context) {
      const { creditClassId: code, displayName, unit, decimals, validityYear, description } = request
      const created = await classes.create({
        code,
        displayName,
        unit,
        decimals,
        validityYear: validityYear === 0 ? undefined : validityYear,
        description,
      })
      context.log.info({ code, userId: callerOf(context).userId }, 'a class of credits was made')
      return classMessage(created)
    },

    async updateCreditClass(request, context) {
      const changed = await classes.update(request.name, classChange(request))
      const { userId } = callerOf(context)
      context.log.info({ code: changed.code, mask: request.updateMask, userId }, 'a class was changed')
      return classMessage(changed)
    },

    async listBalances({ time }, context) {
      const { organization } = organizationContext(context)
      const balances = await statement.balances(organization.id, time)
      const known = await classNames.byId()
      return { balances: balances.map((balance) => balanceMessage(balance, classIn(known, balance.classId))) }
    },

    async getBalanceHistory({ creditClass, startTime, endTime, pointCount }, context) {
      const { organization } = organizationContext(context)
      const { id, code } = await classNames.named(creditClass)
      const range = { startTime, endTime }
      const points = await statement.history(organization.id, id, range, pointCount)
      return { creditClass: className(code), points }
    },

    async setLowBalance({ creditClass, lowBalance }, context) {
      const { organization } = organizationContext(context)
      const record = await classNames.named(creditClass)
      return balanceMessage(await statement.setLowBalance(organization.id, record, lowBalance), record)
    },

    async listStatementLines(request, context) {
      const { organization } = organizationContext(context)
      const { creditClass, kinds, startTime, endTime, reference, pageSize, pageToken } = request
      const scope = pageScope('ListStatementLines', {
        parent: request.parent,
        creditClass,
        kinds: kinds.toSorted(),
        startTime,
        endTime,
        reference,
      })
      const [time, id] = pageTokens.decode(scope, pageToken) ?? []
      const { lines, next } = await statement.lines(
        {
          organizationId: organization.id,
          classId: (await classNames.namedOrAll(creditClass))?.id,
          kinds: kindsOfMessages(kinds),
          startTime,
          endTime,
          reference: referenceOf(reference, organization.slug),
          order: 'newest first',
        },
        time === undefined || id === undefined ? undefined : { time, id },
        pageSize === 0 ? DEFAULT_PAGE_SIZE : pageSize,
      )
      const [known, names] = await Promise.all([classNames.byId(), counterparties(lines)])
      return {
        lines: lines.map((line) => statementLineMessage(line, organization.slug, known, names)),
        nextPageToken: next === undefined ? '' : pageTokens.encode(scope, [next.time, next.id]),
      }
    },

    async *exportStatement({ format, creditClass, kinds, startTime, endTime }, context) {
      const { organization } = organizationContext(context)
      const lines = statement.allLines({
        organizationId: organization.id,
        classId: (await classNames.namedOrAll(creditClass))?.id,
        kinds: kindsOfMessages(kinds),
        startTime,
        endTime,
      })
      yield* exportChunks(statementTable(named(lines, organization.slug)), exportFormatOf(format))
    },

    async getComplianceReport({ startTime, endTime }, context) {
      const { organization } = organizationContext(context)
      const report = await compliance.of(organization.id, { startTime, endTime })
      return complianceMessage(report, await classNames.byId())
    },
  })
}

export function exportFormatOf(format: ExportFormatMessage): ExportFormat {
  if (format === 'EXPORT_FORMAT_CSV') return 'CSV'
  if (format === 'EXPORT_FORMAT_XLSX') return 'XLSX'
  throw invalidField('format', 'must be EXPORT_FORMAT_CSV or EXPORT_FORMAT_XLSX.')
}

function classChange({ updateMask, displayName, description, state }: UpdateCreditClassRequest) {
  const mask = parseUpdateMask(updateMask ?? [], updatePaths)
  if (mask.has('display_name') && displayName.trim() === '') {
    throw invalidField('display_name', 'must not be empty.')
  }
  return {
    ...(mask.has('display_name') ? { displayName } : {}),
    ...(mask.has('description') ? { description } : {}),
    ...(mask.has('state') ? { state: stateOf(state) } : {}),
  }
}

function stateOf(state: UpdateCreditClassRequest['state']): 'ACTIVE' | 'CLOSED' {
  if (state === 'CREDIT_CLASS_STATE_ACTIVE') return 'ACTIVE'
  if (state === 'CREDIT_CLASS_STATE_CLOSED') return 'CLOSED'
  throw invalidField('state', 'must be CREDIT_CLASS_STATE_ACTIVE or CREDIT_CLASS_STATE_CLOSED.')
}
