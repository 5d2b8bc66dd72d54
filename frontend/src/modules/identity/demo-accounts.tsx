import { Table, Text } from '@mantine/core'
import type { DemoAccount } from '../../app/configuration'
import classes from './demo-accounts.module.css'

/** A hint that only a development installation shows. */
export function DemoAccounts({ accounts }: { accounts: readonly DemoAccount[] }) {
  return (
    <section className={classes.panel} aria-label="Demo accounts">
      <Text size="sm" fw={600}>
        Development installation
      </Text>
      <Text size="sm" c="dimmed" mb="xs">
        Sign in with one of these names; the password is the same as the name.
      </Text>
      <Table verticalSpacing={4} horizontalSpacing={6} fz="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>Organisation</Table.Th>
            <Table.Th>Role</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {accounts.map((account) => (
            <Table.Tr key={account.username}>
              <Table.Td className="mono">{account.username}</Table.Td>
              <Table.Td>{account.organization}</Table.Td>
              <Table.Td>{account.role}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  )
}
