import type { Device, Person } from '@fairlead/proto/web/fairlead/locations/v1/people'
import { ActionIcon, Button, Group, Menu, Table, Text } from '@mantine/core'
import { IconBan, IconDeviceMobile, IconDotsVertical, IconKey, IconPlus } from '@tabler/icons-react'
import { lazy, useState } from 'react'
import { ConfirmDialog } from '../../ui/confirm-dialog'
import { Copyable } from '../../ui/copyable'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { LazyDialog } from '../../ui/lazy-dialog'
import { ListSkeleton } from '../../ui/list-skeleton'
import { Panel } from '../../ui/panel'
import { RelativeTime } from '../../ui/relative-time'
import { Tag } from '../../ui/tag'
import { useDevices, useRevokeDeviceToken } from './device-queries'
import classes from './locations-table.module.css'
import { resourceId } from './resource-id'

const DeviceDialog = lazy(() => import('./device-dialog'))
const DeviceTokenDialog = lazy(() => import('./device-token-dialog'))

/** What tells where a person is, and by which tokens. */
export function DevicesPanel({ organization, person }: { organization: string; person: Person }) {
  const devices = useDevices(organization, resourceId(person.name))
  const revoke = useRevokeDeviceToken(organization)
  const [adding, setAdding] = useState(false)
  // Kept while its dialog closes.
  const [device, setDevice] = useState<Device>()
  const [dialog, setDialog] = useState<'issue' | 'revoke'>()
  const open = (which: 'issue' | 'revoke', one: Device) => {
    setDevice(one)
    setDialog(which)
  }
  return (
    <Panel
      title="Devices"
      flush
      actions={
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => setAdding(true)}
        >
          Add a device
        </Button>
      }
    >
      {devices.data === undefined ? (
        devices.isError ? (
          <ErrorState error={devices.error} onRetry={() => devices.refetch()} />
        ) : (
          <ListSkeleton rows={2} height={28} />
        )
      ) : devices.data.length === 0 ? (
        <EmptyState
          compact
          icon={IconDeviceMobile}
          title="No devices"
          text="A device tells where its person is: by a token of its own, or in a file that is imported."
        />
      ) : (
        <Table aria-label="Devices" className={classes.table ?? ''}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Device</Table.Th>
              <Table.Th visibleFrom="md">ID</Table.Th>
              <Table.Th visibleFrom="xs">Token</Table.Th>
              <Table.Th visibleFrom="sm">Last fix</Table.Th>
              <Table.Th aria-label="Actions" w={56} />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {devices.data.map((one) => (
              <Table.Tr key={one.name}>
                <Table.Td className={classes.title ?? ''}>
                  <Text size="sm" fw={570} inherit truncate title={one.displayName}>
                    {one.displayName}
                  </Text>
                  {one.externalId !== '' && (
                    <Text size="xs" c="dimmed" className="mono" truncate title={one.externalId}>
                      {one.externalId}
                    </Text>
                  )}
                  <Text size="xs" component="div" hiddenFrom="xs" mt={2}>
                    <Token device={one} />
                  </Text>
                </Table.Td>
                <Table.Td visibleFrom="md" className={classes.tight ?? ''}>
                  <Copyable
                    value={resourceId(one.name)}
                    shown={`${resourceId(one.name).slice(0, 8)}…`}
                    what={`ID of ${one.displayName}`}
                  />
                </Table.Td>
                <Table.Td visibleFrom="xs" className={classes.tight ?? ''}>
                  <Token device={one} />
                </Table.Td>
                <Table.Td visibleFrom="sm" c="dimmed" className={classes.tight ?? ''}>
                  {one.lastFixTime === undefined ? 'none' : <RelativeTime time={one.lastFixTime} />}
                </Table.Td>
                <Table.Td>
                  <Menu position="bottom-end">
                    <Menu.Target>
                      <ActionIcon aria-label={`Actions for ${one.displayName}`}>
                        <IconDotsVertical size={16} aria-hidden />
                      </ActionIcon>
                    </Menu.Target>
                    <Menu.Dropdown>
                      <Menu.Item
                        leftSection={<IconKey size={16} aria-hidden />}
                        onClick={() => open('issue', one)}
                      >
                        {one.tokenPrefix === '' ? 'Issue a token' : 'Issue another token'}
                      </Menu.Item>
                      <Menu.Item
                        leftSection={<IconBan size={16} aria-hidden />}
                        disabled={one.tokenPrefix === ''}
                        onClick={() => open('revoke', one)}
                      >
                        Revoke the token
                      </Menu.Item>
                    </Menu.Dropdown>
                  </Menu>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <LazyDialog opened={adding}>
        {(opened) => (
          <DeviceDialog
            organization={organization}
            person={person}
            opened={opened}
            onClose={() => setAdding(false)}
          />
        )}
      </LazyDialog>
      {device !== undefined && (
        <LazyDialog opened={dialog === 'issue'}>
          {(opened) => (
            <DeviceTokenDialog
              organization={organization}
              device={device}
              opened={opened}
              onClose={() => setDialog(undefined)}
            />
          )}
        </LazyDialog>
      )}
      <ConfirmDialog
        opened={dialog === 'revoke'}
        title="Revoke this device’s token?"
        text={
          <>
            <strong>{device?.displayName}</strong> is refused from now on. What it has told stays.
          </>
        }
        confirm="Revoke the token"
        pending={revoke.isPending}
        onConfirm={() => {
          if (device !== undefined) revoke.mutate(device, { onSettled: () => setDialog(undefined) })
        }}
        onClose={() => setDialog(undefined)}
      />
    </Panel>
  )
}

function Token({ device: { tokenPrefix, tokenExpireTime } }: { device: Device }) {
  if (tokenPrefix === '') return <span className={classes.none}>No token</span>
  const expired = tokenExpireTime !== undefined && tokenExpireTime.getTime() <= Date.now()
  return (
    <Group gap={6}>
      <span className="mono">{tokenPrefix}…</span>
      {expired ? (
        <Tag color="orange">Expired</Tag>
      ) : (
        tokenExpireTime !== undefined && (
          <Text span size="xs" c="dimmed">
            ends <RelativeTime time={tokenExpireTime} />
          </Text>
        )
      )}
    </Group>
  )
}
