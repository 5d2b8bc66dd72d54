import { Button, Group, Stack } from '@mantine/core'
import { IconRefresh } from '@tabler/icons-react'
import { useState } from 'react'
import { ConfirmDialog } from '../../../ui/confirm-dialog'
import { ErrorState } from '../../../ui/error-state'
import { Panel } from '../../../ui/panel'
import { StaleNotice } from '../../operations/stale-notice'
import { useRescan, useScannerState } from './quarantine-queries'
import { QuarantinedTable } from './quarantined-table'
import { ScannerFigures, ScannerNotice } from './scanner-panel'

/** How the scanner is, and every version that is not released. */
export function QuarantineView({ mayOperate }: { mayOperate: boolean }) {
  const scanner = useScannerState()
  const rescan = useRescan()
  const [asking, setAsking] = useState(false)
  const state = scanner.data
  return (
    <Stack gap="md">
      {state === undefined && scanner.isError ? (
        <Panel>
          <ErrorState error={scanner.error} onRetry={() => scanner.refetch()} />
        </Panel>
      ) : (
        <div>
          <ScannerFigures state={state} />
          {state !== undefined && <StaleNotice error={scanner.error} />}
        </div>
      )}
      {state !== undefined && <ScannerNotice state={state} />}
      {mayOperate && state?.enabled === true && (
        <Group gap="xs" justify="flex-end">
          <Button
            variant="default"
            disabled={state.failedCount === 0n}
            loading={rescan.isPending && rescan.variables.what?.$case === 'failed'}
            onClick={() => rescan.mutate({ what: { $case: 'failed', value: true } })}
          >
            Scan failed ones again
          </Button>
          <Button
            variant="default"
            leftSection={<IconRefresh size={16} aria-hidden />}
            onClick={() => setAsking(true)}
          >
            Scan everything anew…
          </Button>
        </Group>
      )}
      <QuarantinedTable mayOperate={mayOperate} scans={state?.enabled === true} />
      <ConfirmDialog
        opened={asking}
        title="Scan everything anew?"
        text="Every released file of every organisation is scanned with the signatures of today. Files stay released meanwhile; one in which something is found is taken back at once. New uploads go first."
        confirm="Scan everything"
        pending={rescan.isPending}
        onConfirm={() =>
          rescan.mutate({ what: { $case: 'everything', value: true } }, { onSettled: () => setAsking(false) })
        }
        onClose={() => setAsking(false)}
      />
    </Stack>
  )
}
