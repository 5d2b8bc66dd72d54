import { Stack } from '@mantine/core'
import { LedgerStatePanel } from './ledger-state-panel'
import { ReconciliationPanel } from './reconciliation-panel'
import { TransactionsExplorer } from './transactions-explorer'

/** The whole ledger: how far it is sealed, whether it agrees, and what is in it. */
export default function LedgerView() {
  return (
    <Stack gap="md">
      <LedgerStatePanel />
      <ReconciliationPanel />
      <TransactionsExplorer />
    </Stack>
  )
}
