import type { DataSource } from 'typeorm'
import type { PageTokens } from '../../../server/page-token.ts'
import type { RegisteredService } from '../../../server/service-handlers.ts'
import type { IdentityService } from '../../identity/index.ts'
import { ClassNames, ClassService } from '../classes/index.ts'
import { ComplianceService } from '../reports/index.ts'
import { creditHandler, StatementService, StatementStore } from '../statement/index.ts'
import { AccountPages } from './account-pages.ts'
import { ExplorerService } from './explorer-service.ts'
import { ExplorerStore } from './explorer-store.ts'
import { ledgerHandler } from './ledger-handler.ts'

export interface ReadsOptions {
  readonly dataSource: DataSource
  readonly identity: IdentityService
  readonly pageTokens: PageTokens
}

/** What can be read of the ledger: by organisations of their own credits, and by the operator of all. */
export function creditReads({ dataSource, identity, pageTokens }: ReadsOptions): RegisteredService[] {
  const classNames = new ClassNames(dataSource)
  const compliance = new ComplianceService(dataSource, identity)
  const explorerStore = new ExplorerStore(dataSource)
  return [
    creditHandler({
      classes: new ClassService(dataSource, classNames),
      classNames,
      statement: new StatementService(dataSource, new StatementStore(dataSource)),
      compliance,
      identity,
      pageTokens,
    }),
    ledgerHandler({
      dataSource,
      explorer: new ExplorerService(explorerStore),
      accounts: new AccountPages(explorerStore, identity),
      classNames,
      compliance,
      identity,
      pageTokens,
    }),
  ]
}
