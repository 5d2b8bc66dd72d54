import { Badge, Group, Stack } from '@mantine/core'
import { Link } from 'react-router'
import { Facts } from '../../ui/facts'
import { PageHeader } from '../../ui/page-header'
import { Panel } from '../../ui/panel'
import { ApiTokens } from './api-tokens'
import { useCaller } from './caller'
import { roleLabel } from './role'

export default function AccountPage() {
  const { data: caller } = useCaller()
  return (
    <>
      <PageHeader title="Account" subtitle={caller?.email} />
      <Stack gap="md">
        <Panel title="Profile">
          <Facts
            entries={[
              ['Name', caller?.displayName ?? '–'],
              ['E-mail', caller?.email ?? '–'],
              [
                'Member of',
                caller === undefined || caller.memberships.length === 0 ? (
                  'No organisation yet. An administrator can add you by your e-mail address.'
                ) : (
                  <Stack gap={6} key="memberships">
                    {caller.memberships.map((membership) => (
                      <Group key={membership.name} gap="xs">
                        <Link to={`/o/${membership.slug}`}>{membership.displayName}</Link>
                        <Badge color="gray">{roleLabel(membership.role)}</Badge>
                      </Group>
                    ))}
                  </Stack>
                ),
              ],
            ]}
          />
        </Panel>
        <ApiTokens />
      </Stack>
    </>
  )
}
