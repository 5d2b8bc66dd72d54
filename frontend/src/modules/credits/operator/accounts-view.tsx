import type { Account } from '@fairlead/proto/web/fairlead/credits/v1/ledger'
import { Button, Group, Table, Text } from '@mantine/core'
import { IconWallet } from '@tabler/icons-react'
import { Link, useSearchParams } from 'react-router'
import { EmptyState } from '../../../ui/empty-state'
import { ErrorState } from '../../../ui/error-state'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { Pager } from '../../../ui/pager'
import { Panel } from '../../../ui/panel'
import { StaleNotice } from '../../operations/stale-notice'
import { AmountText } from '../amount-text'
import { classCode } from '../use-credit-classes'
import { ClassLabel } from './class-label'
import classes from './desk.module.css'
import { deskPath, deskQuery } from './desk-address'
import { ClassFilter, OrganizationFilter } from './desk-filters'
import { idOf } from './desk-links'
import { useAccounts } from './ledger-queries'
import { transactionFilterFrom } from './transaction-filter'

/** Who has what. */
export default function AccountsView() {
  const [parameters, setParameters] = useSearchParams()
  const { creditClass, organization } = transactionFilterFrom(parameters)
  const token = parameters.get('page') ?? ''
  const accounts = useAccounts({ creditClass, organization }, token)
  const filters = { class: classCode(creditClass), organization }
  const filtered = creditClass !== '' || organization !== ''
  const shown = accounts.data?.accounts
  return (
    <>
      <Group gap="sm" mb="md" align="flex-end" role="search" aria-label="Filter accounts">
        <OrganizationFilter
          value={organization}
          onChange={(slug) => setParameters(deskQuery('accounts', { ...filters, organization: slug }))}
        />
        <ClassFilter
          value={creditClass}
          onChange={(name) => setParameters(deskQuery('accounts', { ...filters, class: classCode(name) }))}
        />
      </Group>
      <Panel flush>
        {shown === undefined ? (
          accounts.isError ? (
            <ErrorState error={accounts.error} onRetry={() => accounts.refetch()} />
          ) : (
            <ListSkeleton rows={6} />
          )
        ) : shown.length === 0 ? (
          <EmptyState
            icon={IconWallet}
            title={filtered ? 'No account matches these filters' : 'Nobody has credits yet'}
            text={filtered ? 'Try fewer of them.' : 'Credits come into being by an issuance, under Bookings.'}
            action={
              filtered && (
                <Button variant="default" onClick={() => setParameters(deskQuery('accounts'))}>
                  Clear filters
                </Button>
              )
            }
          />
        ) : (
          <AccountsTable accounts={shown} />
        )}
        {shown !== undefined && <StaleNotice error={accounts.error} />}
      </Panel>
      <Pager
        label="Pages of accounts"
        token={token}
        nextToken={accounts.data?.nextPageToken ?? ''}
        query={(page) => deskQuery('accounts', { ...filters, page })}
      />
    </>
  )
}

function AccountsTable({ accounts }: { accounts: readonly Account[] }) {
  return (
    <Table fz="sm" aria-label="Accounts">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Organisation</Table.Th>
          <Table.Th visibleFrom="sm">Class</Table.Th>
          <Table.Th ta="right">Available</Table.Th>
          <Table.Th ta="right" visibleFrom="md">
            Held for jobs
          </Table.Th>
          <Table.Th ta="right" visibleFrom="md">
            Held for transfers
          </Table.Th>
          <Table.Th ta="right" visibleFrom="sm">
            Together
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {accounts.map(({ organization, organizationDisplayName, balance }) => {
          if (balance === undefined) return null
          const { creditClass, available, held, lowBalance } = balance
          const low = lowBalance > 0n && available < lowBalance
          return (
            <Table.Tr key={`${organization} ${creditClass}`} className={classes.row}>
              <Table.Td className={classes.name}>
                <Link
                  className={classes.link}
                  to={deskPath('ledger', { organization: idOf(organization), class: classCode(creditClass) })}
                  title={`${organizationDisplayName}: transactions`}
                >
                  {organizationDisplayName || idOf(organization)}
                </Link>
                <Text size="xs" c="dimmed" hiddenFrom="sm" truncate>
                  <ClassLabel name={creditClass} />
                </Text>
                {held > 0n && (
                  <Text size="xs" c="dimmed" hiddenFrom="md">
                    <AmountText amount={held} creditClass={creditClass} /> held
                  </Text>
                )}
              </Table.Td>
              <Table.Td visibleFrom="sm" className={classes.classColumn}>
                <ClassLabel name={creditClass} />
              </Table.Td>
              <Table.Td ta="right" className={classes.tight}>
                <AmountText amount={available} creditClass={creditClass} />
                {low && (
                  <Text size="xs" className={classes.warning}>
                    below <AmountText amount={lowBalance} creditClass={creditClass} />
                  </Text>
                )}
              </Table.Td>
              <Table.Td ta="right" visibleFrom="md" className={classes.tight}>
                <AmountText amount={balance.heldForJobs} creditClass={creditClass} />
              </Table.Td>
              <Table.Td ta="right" visibleFrom="md" className={classes.tight}>
                <AmountText amount={balance.heldForTransfers} creditClass={creditClass} />
              </Table.Td>
              <Table.Td ta="right" visibleFrom="sm" className={classes.tight}>
                <AmountText amount={available + held} creditClass={creditClass} />
              </Table.Td>
            </Table.Tr>
          )
        })}
      </Table.Tbody>
    </Table>
  )
}
