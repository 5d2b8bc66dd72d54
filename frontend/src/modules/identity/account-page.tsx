import { Anchor, Group, Stack } from '@mantine/core'
import { Link } from 'react-router'
import { Facts } from '../../ui/facts'
import { PageHeader } from '../../ui/page-header'
import { Panel } from '../../ui/panel'
import { Tag } from '../../ui/tag'
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
                        <Anchor component={Link} to={`/o/${membership.slug}`} inherit>
                          {membership.displayName}
                        </Anchor>
                        <Tag color="gray">{roleLabel(membership.role)}</Tag>
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
