import { Button, Group, Stack, Text } from '@mantine/core'
import { IconUserPlus, IconUsers } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useOrganization } from '../../app/organization'
import { useApi } from '../../app/services'
import { Copyable } from '../../ui/copyable'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { Facts } from '../../ui/facts'
import { ListSkeleton } from '../../ui/list-skeleton'
import { PageHeader } from '../../ui/page-header'
import { Panel } from '../../ui/panel'
import { RelativeTime } from '../../ui/relative-time'
import { Tag } from '../../ui/tag'
import { InviteDialog } from './invite-dialog'
import { useMembers } from './member-queries'
import { MembersTable } from './members-table'
import { roleLabel } from './role'

export default function OrganizationPage() {
  const api = useApi()
  const organization = useOrganization()
  const [inviting, setInviting] = useState(false)
  const members = useMembers(organization.slug)
  const details = useQuery({
    queryKey: ['organization', organization.slug],
    queryFn: ({ signal }) => api.identity({ signal }).GetOrganization({ name: organization.name }),
  })
  const { membership } = organization
  const mayManage = organization.may('members.manage')

  return (
    <>
      <PageHeader
        title="Organisation"
        heading={membership?.displayName ?? 'Organisation'}
        subtitle={
          <Group gap={8}>
            <Copyable value={organization.slug} what="identifier" />
            {membership?.kind === 'ORGANIZATION_KIND_OPERATOR' && <Tag color="sea">Operator</Tag>}
          </Group>
        }
        actions={
          mayManage && (
            <Button leftSection={<IconUserPlus size={16} aria-hidden />} onClick={() => setInviting(true)}>
              Add a member
            </Button>
          )
        }
      />
      <Stack gap="md">
        <Panel title="Details">
          <Facts
            entries={[
              ['Your role', membership === undefined ? '–' : roleLabel(membership.role)],
              ['You may', membership?.permissions.join(', ') ?? '–'],
              ['Since', <RelativeTime key="since" time={details.data?.createTime} />],
            ]}
          />
        </Panel>
        <Panel
          title="Members"
          flush
          actions={
            members.data !== undefined && (
              <Text size="sm" c="dimmed" className="numeric">
                {members.data.length}
              </Text>
            )
          }
        >
          {members.data === undefined ? (
            members.isError ? (
              <ErrorState error={members.error} onRetry={() => members.refetch()} />
            ) : (
              <ListSkeleton rows={4} height={28} />
            )
          ) : members.data.length === 0 ? (
            <EmptyState icon={IconUsers} title="No members" />
          ) : (
            <MembersTable
              organization={organization.slug}
              kind={membership?.kind ?? 'ORGANIZATION_KIND_MEMBER'}
              members={members.data}
              mayManage={mayManage}
            />
          )}
        </Panel>
      </Stack>
      {mayManage && (
        <InviteDialog
          organization={organization}
          kind={membership?.kind ?? 'ORGANIZATION_KIND_MEMBER'}
          opened={inviting}
          onClose={() => setInviting(false)}
        />
      )}
    </>
  )
}
