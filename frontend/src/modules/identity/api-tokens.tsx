import type { ApiToken } from '@fairlead/proto/web/fairlead/identity/v1/identity'
import { ActionIcon, Button, Group, Table, Text, Tooltip } from '@mantine/core'
import { IconKey, IconPlus, IconTrash } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useApi } from '../../app/services'
import { ConfirmDialog } from '../../ui/confirm-dialog'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { ListSkeleton } from '../../ui/list-skeleton'
import { notifyFailure, notifySuccess } from '../../ui/notify'
import { Panel } from '../../ui/panel'
import { RelativeTime } from '../../ui/relative-time'
import { Tag } from '../../ui/tag'
import { apiTokensKey } from './api-tokens-key'
import { CreateTokenDialog } from './create-token-dialog'

export function ApiTokens() {
  const api = useApi()
  const queryClient = useQueryClient()
  const [creating, setCreating] = useState(false)
  const [revoking, setRevoking] = useState<ApiToken>()
  const tokens = useQuery({
    queryKey: apiTokensKey,
    queryFn: async ({ signal }) => (await api.identity({ signal }).ListApiTokens({})).apiTokens,
  })
  const revoke = useMutation({
    mutationFn: (token: ApiToken) => api.identity().DeleteApiToken({ name: token.name }),
    onSuccess: (_, token) => notifySuccess('Token revoked', token.displayName),
    onError: (error) => notifyFailure('The token was not revoked', error),
    onSettled: () => {
      setRevoking(undefined)
      return queryClient.invalidateQueries({ queryKey: apiTokensKey })
    },
  })

  return (
    <Panel
      title="API tokens"
      flush
      actions={
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => setCreating(true)}
        >
          Create token
        </Button>
      }
    >
      {tokens.data === undefined ? (
        tokens.isError ? (
          <ErrorState error={tokens.error} onRetry={() => tokens.refetch()} />
        ) : (
          <ListSkeleton rows={3} />
        )
      ) : tokens.data.length === 0 ? (
        <EmptyState
          icon={IconKey}
          title="No API tokens"
          text="A token lets a script call Fairlead in your name, with the permissions you give it."
        />
      ) : (
        <Table aria-label="API tokens" fz="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th visibleFrom="sm">Permissions</Table.Th>
              <Table.Th visibleFrom="md">Last used</Table.Th>
              <Table.Th visibleFrom="xs">Expires</Table.Th>
              <Table.Th aria-label="Actions" w={56} />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {tokens.data.map((token) => (
              <Table.Tr key={token.name}>
                <Table.Td maw={240}>
                  <Text size="sm" fw={570} truncate title={token.displayName}>
                    {token.displayName}
                  </Text>
                  <Text size="xs" c="dimmed" className="mono">
                    {token.prefix}…
                  </Text>
                </Table.Td>
                <Table.Td visibleFrom="sm" maw={340}>
                  <Group gap={4}>
                    {token.scopes.map((scope) => (
                      <Tag key={scope} color="gray">
                        {scope}
                      </Tag>
                    ))}
                  </Group>
                </Table.Td>
                <Table.Td visibleFrom="md" c="dimmed">
                  {token.lastUseTime === undefined ? 'never' : <RelativeTime time={token.lastUseTime} />}
                </Table.Td>
                <Table.Td visibleFrom="xs" c="dimmed">
                  <RelativeTime time={token.expireTime} />
                </Table.Td>
                <Table.Td>
                  <Tooltip label="Revoke">
                    <ActionIcon aria-label={`Revoke ${token.displayName}`} onClick={() => setRevoking(token)}>
                      <IconTrash size={16} aria-hidden />
                    </ActionIcon>
                  </Tooltip>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <CreateTokenDialog opened={creating} onClose={() => setCreating(false)} />
      <ConfirmDialog
        opened={revoking !== undefined}
        title="Revoke this token?"
        text={`Scripts that use “${revoking?.displayName ?? ''}” are refused from now on. This cannot be undone.`}
        confirm="Revoke the token"
        pending={revoke.isPending}
        onConfirm={() => revoking !== undefined && revoke.mutate(revoking)}
        onClose={() => setRevoking(undefined)}
      />
    </Panel>
  )
}
