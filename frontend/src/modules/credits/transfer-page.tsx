import type { CreditClass } from '@fairlead/proto/web/fairlead/credits/v1/credits'
import type { Transfer } from '@fairlead/proto/web/fairlead/credits/v1/transfers'
import { Anchor, Button, Group, Stack, Text } from '@mantine/core'
import { lazy, useState } from 'react'
import { Link, useParams } from 'react-router'
import { toApiError } from '../../app/api-error'
import { useOrganization } from '../../app/organization'
import { ErrorState } from '../../ui/error-state'
import { LazyDialog } from '../../ui/lazy-dialog'
import { PageHeader } from '../../ui/page-header'
import { PageLoader } from '../../ui/page-loader'
import { Panel } from '../../ui/panel'
import { Tag } from '../../ui/tag'
import { formatAmount } from './amount'
import { SignedDeclarations } from './signed-declarations'
import type { MemberAction } from './transfer-action-dialog'
import { TransferComments } from './transfer-comments'
import { TransferHistory } from './transfer-history'
import classes from './transfer-page.module.css'
import { useTransfer } from './transfer-queries'
import { TransferStepper } from './transfer-stepper'
import { TransferTerms } from './transfer-terms'
import { transferStateColor, transferStateLabel } from './transfer-words'
import { partnerOf } from './turn'
import { turnNotice } from './turn-notice'
import { unitText } from './unit-text'
import { classCode, creditClassOf, useCreditClasses } from './use-credit-classes'

const TransferActionDialog = lazy(() => import('./transfer-action-dialog'))

/** One transfer, as one of its sides sees and drives it. */
export default function TransferPage() {
  const organization = useOrganization()
  const { transfer: id = '' } = useParams()
  const transfer = useTransfer(organization.slug, id)
  const creditClasses = useCreditClasses()

  if (transfer.data === undefined) {
    if (!transfer.isError) return <PageLoader />
    return (
      <>
        <PageHeader title="Transfer" />
        <Panel>
          <ErrorState
            error={transfer.error}
            {...(['NOT_FOUND', 'INVALID_ARGUMENT'].includes(toApiError(transfer.error).code)
              ? {
                  title: 'There is no such transfer',
                  text: 'Your organisation has none with this address.',
                }
              : { onRetry: () => transfer.refetch() })}
            action={
              <Button component={Link} to={`${organization.path}/transfers`} variant="default">
                All transfers
              </Button>
            }
          />
        </Panel>
      </>
    )
  }
  return (
    <ShownTransfer
      key={id}
      id={id}
      transfer={transfer.data}
      creditClass={creditClassOf(creditClasses.data, transfer.data.creditClass)}
    />
  )
}

interface ShownTransferProps {
  readonly id: string
  readonly transfer: Transfer
  readonly creditClass: CreditClass | undefined
}

const actions: readonly {
  readonly action: MemberAction
  readonly needs: Transfer['actions'][number]
  readonly label: string
}[] = [
  { action: 'refuse', needs: 'TRANSFER_ACTION_REFUSE', label: 'Refuse' },
  { action: 'rescind', needs: 'TRANSFER_ACTION_RESCIND', label: 'Take back' },
  { action: 'accept', needs: 'TRANSFER_ACTION_ACCEPT', label: 'Accept' },
]

function ShownTransfer({ id, transfer, creditClass }: ShownTransferProps) {
  const organization = useOrganization()
  const [asking, setAsking] = useState<{ action: MemberAction; opened: boolean; times: number }>()
  const { displayName, role } = partnerOf(transfer, organization.name)
  const amount =
    creditClass === undefined
      ? 'credits'
      : `${formatAmount(transfer.amount, creditClass.decimals)} ${unitText(creditClass.unit)}`
  const sides = role === 'sells' ? `to ${displayName}` : `from ${displayName}`
  const title = `${role === 'sells' ? 'Sale' : 'Purchase'} of ${amount} ${sides}`
  const notice = turnNotice(transfer, organization.name, organization.may('credits.trade'))
  const summary = `${title}, class ${creditClass?.displayName ?? classCode(transfer.creditClass)}.`
  return (
    <>
      <PageHeader
        title={title}
        subtitle={
          <Group gap="xs">
            <span data-testid="transfer-state">
              <Tag color={transferStateColor(transfer.state)}>{transferStateLabel(transfer.state)}</Tag>
            </span>
            <Anchor component={Link} to={`${organization.path}/transfers`} inherit>
              All transfers
            </Anchor>
          </Group>
        }
      />
      <Stack gap="md">
        <section className={classes.turn} data-kind={notice.kind} aria-label="Whose turn it is">
          <div className={classes.words} role="status">
            <Text fw={600}>{notice.title}</Text>
            <Text size="sm">{notice.text}</Text>
          </div>
          <Group gap="xs">
            {actions.map(
              ({ action, needs, label }) =>
                transfer.actions.includes(needs) && (
                  <Button
                    key={action}
                    variant={action === 'accept' ? 'filled' : 'default'}
                    onClick={() =>
                      setAsking((current) => ({ action, opened: true, times: (current?.times ?? 0) + 1 }))
                    }
                  >
                    {label}
                  </Button>
                ),
            )}
          </Group>
        </section>
        <Panel>
          <TransferStepper transfer={transfer} organization={organization.name} />
        </Panel>
        <div className={classes.layout}>
          <div className={classes.column}>
            <TransferComments transfer={transfer} organization={organization.slug} id={id} />
            <TransferHistory transfer={transfer} />
          </div>
          <div className={classes.column}>
            <div className={classes.terms}>
              <TransferTerms transfer={transfer} creditClass={creditClass} path={organization.path} id={id} />
            </div>
            <SignedDeclarations transfer={transfer} />
          </div>
        </div>
      </Stack>
      {asking !== undefined && (
        <LazyDialog opened={asking.opened}>
          {(opened) => (
            <TransferActionDialog
              // Each time it is opened it begins with the transfer as it is then.
              key={asking.times}
              action={asking.action}
              organization={organization.slug}
              id={id}
              transfer={transfer}
              summary={summary}
              opened={opened}
              onClose={() => setAsking({ ...asking, opened: false })}
            />
          )}
        </LazyDialog>
      )}
    </>
  )
}
