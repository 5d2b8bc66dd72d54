import type { Balance, CreditClass } from '@fairlead/proto/web/fairlead/credits/v1/credits'
import { Anchor, Button, SimpleGrid, Stack } from '@mantine/core'
import { IconArrowsExchange, IconCoins, IconListDetails } from '@tabler/icons-react'
import { lazy, useState } from 'react'
import { Link } from 'react-router'
import { useOrganization } from '../../app/organization'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { LazyDialog } from '../../ui/lazy-dialog'
import { ListSkeleton } from '../../ui/list-skeleton'
import { PageHeader } from '../../ui/page-header'
import { Panel } from '../../ui/panel'
import { BalanceCard } from './balance-card'
import { BalanceHistory } from './balance-history'
import { wholeStatement } from './statement-filter'
import { StatementTable } from './statement-table'
import { useBalances } from './use-balances'
import { useCreditClasses } from './use-credit-classes'
import { useStatement } from './use-statement'

const LowBalanceDialog = lazy(() => import('./low-balance-dialog'))

interface Held {
  readonly balance: Balance
  readonly creditClass: CreditClass
}

/** What an organisation has. */
export default function CreditsPage() {
  const organization = useOrganization()
  const mayTrade = organization.may('credits.trade')
  const balances = useBalances(organization.slug)
  const creditClasses = useCreditClasses()
  const [editing, setEditing] = useState<Held & { opened: boolean }>()

  // In the order of the classes: those that are good first.
  const held = creditClasses.data?.flatMap((creditClass): Held[] => {
    const balance = balances.data?.find(({ creditClass: name }) => name === creditClass.name)
    return balance === undefined ? [] : [{ balance, creditClass }]
  })
  const failed = [balances, creditClasses].find(({ isError, data }) => isError && data === undefined)
  return (
    <>
      <PageHeader
        title="Credits"
        subtitle={organization.membership?.displayName}
        actions={
          <>
            <Button component={Link} to={`${organization.path}/credits/report`} variant="default">
              Report
            </Button>
            {mayTrade && (
              <Button
                component={Link}
                to={`${organization.path}/transfers/new`}
                leftSection={<IconArrowsExchange size={16} aria-hidden />}
              >
                Sell or buy
              </Button>
            )}
          </>
        }
      />
      {failed !== undefined ? (
        <Panel>
          <ErrorState error={failed.error} onRetry={() => failed.refetch()} />
        </Panel>
      ) : held === undefined || balances.data === undefined ? (
        <Panel>
          <ListSkeleton rows={6} />
        </Panel>
      ) : held.length === 0 ? (
        <Panel>
          <EmptyState
            icon={IconCoins}
            title="No credits yet"
            text="Credits pay for jobs. The operator gives them out, and other organisations may sell you theirs."
            action={
              mayTrade && (
                <Button component={Link} to={`${organization.path}/transfers/new?direction=buy`}>
                  Ask to buy credits
                </Button>
              )
            }
          />
        </Panel>
      ) : (
        <Stack gap="md">
          <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="md">
            {held.map(({ balance, creditClass }) => (
              <BalanceCard
                key={creditClass.name}
                balance={balance}
                creditClass={creditClass}
                onSetLow={mayTrade ? () => setEditing({ balance, creditClass, opened: true }) : undefined}
              />
            ))}
          </SimpleGrid>
          <BalanceHistory
            organization={organization.slug}
            creditClasses={held.map(({ creditClass }) => creditClass)}
          />
          <LatestLines creditClasses={creditClasses.data ?? []} />
        </Stack>
      )}
      {editing !== undefined && (
        <LazyDialog opened={editing.opened} key={editing.creditClass.name}>
          {(opened) => (
            <LowBalanceDialog
              organization={organization.slug}
              balance={editing.balance}
              creditClass={editing.creditClass}
              opened={opened}
              onClose={() => setEditing({ ...editing, opened: false })}
            />
          )}
        </LazyDialog>
      )}
    </>
  )
}

function LatestLines({ creditClasses }: { creditClasses: readonly CreditClass[] }) {
  const { slug, path } = useOrganization()
  const statement = useStatement(slug, wholeStatement, 8)
  return (
    <Panel
      title="Latest changes"
      flush
      actions={
        <Anchor component={Link} to={`${path}/credits/statement`} size="sm">
          Whole statement
        </Anchor>
      }
    >
      {statement.data === undefined ? (
        statement.isError ? (
          <ErrorState error={statement.error} onRetry={() => statement.refetch()} />
        ) : (
          <ListSkeleton rows={4} />
        )
      ) : statement.data.lines.length === 0 ? (
        <EmptyState icon={IconListDetails} title="Nothing has changed yet" compact />
      ) : (
        <StatementTable
          lines={statement.data.lines}
          creditClasses={creditClasses}
          label="Latest changes of the balances"
        />
      )}
    </Panel>
  )
}
