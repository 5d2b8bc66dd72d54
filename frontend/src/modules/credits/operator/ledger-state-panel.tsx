import type { LedgerState, Verification } from '@fairlead/proto/web/fairlead/credits/v1/ledger'
import { Anchor, Button, Group, Loader, Text } from '@mantine/core'
import { IconAlertTriangle, IconShieldCheck } from '@tabler/icons-react'
import { Link } from 'react-router'
import { Copyable } from '../../../ui/copyable'
import { ErrorState } from '../../../ui/error-state'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { Notice } from '../../../ui/notice'
import { notifyFailure } from '../../../ui/notify'
import { Panel } from '../../../ui/panel'
import { RelativeTime } from '../../../ui/relative-time'
import { StaleNotice } from '../../operations/stale-notice'
import { asSentence } from './as-sentence'
import classes from './desk.module.css'
import { transactionPath } from './desk-links'
import { isVerifying, useLedgerState, useVerifyLedger } from './ledger-queries'

/** The chain of seals, and what its last verification found. */
export function LedgerStatePanel() {
  const ledger = useLedgerState()
  const verify = useVerifyLedger()
  const state = ledger.data
  if (state === undefined) {
    return (
      <Panel title="Seals">
        {ledger.isError ? (
          <ErrorState error={ledger.error} onRetry={() => ledger.refetch()} />
        ) : (
          <ListSkeleton rows={2} />
        )}
      </Panel>
    )
  }
  const verifying = isVerifying(state)
  const { verification } = state
  return (
    <div>
      {verification?.outcome === 'VERIFICATION_OUTCOME_BROKEN' && (
        <div style={{ marginBottom: 16 }}>
          <Notice color="red" icon={IconAlertTriangle} title="The ledger was changed behind its back">
            {asSentence(verification.message)}
            {verification.firstBroken !== '' && (
              <>
                {' '}
                First broken:{' '}
                <Anchor
                  component={Link}
                  to={transactionPath(verification.firstBroken)}
                  inherit
                  c="inherit"
                  underline="always"
                >
                  transaction {verification.firstBroken.slice(-8)}
                </Anchor>
                .
              </>
            )}
          </Notice>
        </div>
      )}
      <dl className={classes.figures}>
        <div>
          <dt>Transactions</dt>
          <dd>{state.transactionCount.toLocaleString('en')}</dd>
        </div>
        <div>
          <dt>Sealed</dt>
          <dd>{state.sealedCount.toLocaleString('en')}</dd>
          <Text size="xs" c="dimmed" component="dd" data-small>
            {unsealed(state) === 0n ? (
              <>
                all; the last <RelativeTime time={state.sealTime} />
              </>
            ) : (
              `${unsealed(state).toLocaleString('en')} to be sealed`
            )}
          </Text>
        </div>
        <div>
          <dt>Last seal</dt>
          <dd data-small>
            {state.headHash === '' ? (
              '–'
            ) : (
              <Copyable
                value={`${state.sealedCount}:${state.headHash}`}
                shown={`${state.headHash.slice(0, 12)}…`}
                what="number and hash of the last seal"
              />
            )}
          </dd>
          <Text size="xs" c="dimmed" component="dd" data-small>
            kept elsewhere, it shows later that nothing before was changed
          </Text>
        </div>
        <div>
          <dt>Verification</dt>
          <dd data-small aria-live="polite">
            <VerificationWords verification={verification} />
          </dd>
          <dd data-small style={{ marginTop: 6 }}>
            <Button
              size="compact-sm"
              variant="default"
              disabled={verifying}
              loading={verify.isPending}
              onClick={() =>
                verify.mutate(undefined, {
                  onError: (error) => notifyFailure('The verification was not begun', error),
                })
              }
            >
              Verify now
            </Button>
          </dd>
        </div>
      </dl>
      <StaleNotice error={ledger.error} />
    </div>
  )
}

function unsealed({ transactionCount, sealedCount }: LedgerState): bigint {
  return transactionCount > sealedCount ? transactionCount - sealedCount : 0n
}

function VerificationWords({ verification }: { verification: Verification | undefined }) {
  switch (verification?.outcome) {
    case 'VERIFICATION_OUTCOME_RUNNING':
      return (
        <Group gap={7}>
          <Loader size={14} />
          <span>
            Verifying
            {verification.verifiedCount > 0n && `, ${verification.verifiedCount.toLocaleString('en')} so far`}
            …
          </span>
        </Group>
      )
    case 'VERIFICATION_OUTCOME_INTACT':
      return (
        <Group gap={6} align="flex-start" wrap="nowrap">
          <IconShieldCheck
            size={18}
            color="var(--mantine-color-teal-6)"
            aria-hidden
            style={{ flex: 'none', marginTop: 1 }}
          />
          <span>
            <strong>Intact</strong>, {verification.verifiedCount.toLocaleString('en')} seals,{' '}
            <RelativeTime time={verification.endTime} />
          </span>
        </Group>
      )
    case 'VERIFICATION_OUTCOME_BROKEN':
      return (
        <Group gap={6} align="flex-start" wrap="nowrap">
          <IconAlertTriangle
            size={18}
            color="var(--mantine-color-error)"
            aria-hidden
            style={{ flex: 'none', marginTop: 1 }}
          />
          <span>
            <Text span inherit fw={620} c="var(--mantine-color-error)">
              Broken
            </Text>
            , <RelativeTime time={verification.endTime} />
          </span>
        </Group>
      )
    default:
      return <>not verified yet</>
  }
}
