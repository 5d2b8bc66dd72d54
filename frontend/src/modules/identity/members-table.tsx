import type { Member, OrganizationKind, Role } from '@fairlead/proto/web/fairlead/identity/v1/identity'
import { ActionIcon, Avatar, Group, Select, Table, Text, Tooltip } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useApi } from '../../app/services'
import { ConfirmDialog } from '../../ui/confirm-dialog'
import { notifyFailure, notifySuccess } from '../../ui/notify'
import { RelativeTime } from '../../ui/relative-time'
import { Tag } from '../../ui/tag'
import { callerKey, useCaller } from './caller'
import { membersKey } from './member-queries'
import { roleDescriptions, roleLabel, rolesOf } from './role'

interface MembersTableProps {
  readonly organization: string
  readonly kind: OrganizationKind
  readonly members: readonly Member[]
  readonly mayManage: boolean
}

function nameOf(member: Member): string {
  return member.user?.displayName || member.user?.email || 'Unnamed user'
}

export function MembersTable({ organization, kind, members, mayManage }: MembersTableProps) {
  const api = useApi()
  const queryClient = useQueryClient()
  const { data: caller } = useCaller()
  const [removing, setRemoving] = useState<Member>()

  const refresh = () =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: membersKey(organization) }),
      // One's own role may be what changed.
      queryClient.invalidateQueries({ queryKey: callerKey }),
    ])
  const update = useMutation({
    mutationFn: ({ member, role }: { member: Member; role: Role }) =>
      api.identity().UpdateMember({ name: member.name, role }),
    onSuccess: (changed) =>
      notifySuccess('Role changed', `${nameOf(changed)} is now ${roleLabel(changed.role)}.`),
    onError: (error) => notifyFailure('The role was not changed', error),
    onSettled: refresh,
  })
  const remove = useMutation({
    mutationFn: (member: Member) => api.identity().DeleteMember({ name: member.name }),
    onSuccess: (_, member) => notifySuccess('Member removed', nameOf(member)),
    onError: (error) => notifyFailure('The member was not removed', error),
    onSettled: () => {
      setRemoving(undefined)
      return refresh()
    },
  })

  return (
    <>
      <Table aria-label="Members" fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Person</Table.Th>
            <Table.Th>Role</Table.Th>
            <Table.Th visibleFrom="sm">State</Table.Th>
            <Table.Th visibleFrom="md">Since</Table.Th>
            {mayManage && <Table.Th aria-label="Actions" w={56} />}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {members.map((member) => (
            <Table.Tr key={member.name}>
              <Table.Td maw={320}>
                <Group gap="sm" wrap="nowrap">
                  <Avatar
                    size={30}
                    radius="xl"
                    name={nameOf(member)}
                    color="gray"
                    aria-hidden
                    visibleFrom="xs"
                  />
                  <div style={{ minWidth: 0 }}>
                    <Text size="sm" fw={570} truncate title={nameOf(member)}>
                      {nameOf(member)}
                      {member.user?.name === caller?.name && ' (you)'}
                    </Text>
                    <Text size="xs" c="dimmed" truncate title={member.user?.email}>
                      {member.user?.email}
                    </Text>
                  </div>
                </Group>
              </Table.Td>
              <Table.Td>
                {mayManage ? (
                  <Select
                    aria-label={`Role of ${nameOf(member)}`}
                    size="xs"
                    w={{ base: 124, sm: 148 }}
                    value={member.role}
                    data={rolesOf(kind).map((role) => ({ value: role, label: roleLabel(role) }))}
                    allowDeselect={false}
                    disabled={update.isPending}
                    onChange={(role) => {
                      if (role !== null && role !== member.role) update.mutate({ member, role: role as Role })
                    }}
                  />
                ) : (
                  <Tooltip label={roleDescriptions[member.role] ?? ''}>
                    <span>{roleLabel(member.role)}</span>
                  </Tooltip>
                )}
              </Table.Td>
              <Table.Td visibleFrom="sm">
                {member.state === 'MEMBER_STATE_INVITED' ? (
                  <Tooltip label="Has not signed in yet">
                    <Tag color="yellow">Invited</Tag>
                  </Tooltip>
                ) : (
                  <Tag color="teal">Active</Tag>
                )}
              </Table.Td>
              <Table.Td visibleFrom="md" c="dimmed">
                <RelativeTime time={member.createTime} />
              </Table.Td>
              {mayManage && (
                <Table.Td>
                  <Tooltip label="Remove">
                    <ActionIcon aria-label={`Remove ${nameOf(member)}`} onClick={() => setRemoving(member)}>
                      <IconTrash size={16} aria-hidden />
                    </ActionIcon>
                  </Tooltip>
                </Table.Td>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <ConfirmDialog
        opened={removing !== undefined}
        title="Remove this member?"
        text={
          removing !== undefined && (
            <>
              <strong>{nameOf(removing)}</strong> loses access to the organisation’s datasets and jobs at
              once. Jobs they submitted stay.
            </>
          )
        }
        confirm="Remove the member"
        pending={remove.isPending}
        onConfirm={() => removing !== undefined && remove.mutate(removing)}
        onClose={() => setRemoving(undefined)}
      />
    </>
  )
}
