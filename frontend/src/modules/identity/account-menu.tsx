import { Avatar, Menu, Text, UnstyledButton, VisuallyHidden } from '@mantine/core'
import { IconLogout, IconMapPin, IconUserCircle } from '@tabler/icons-react'
import { Link } from 'react-router'
import { useServices } from '../../app/services'
import { notifyFailure } from '../../ui/notify'
import { useCaller } from './caller'

export function AccountMenu() {
  const { session } = useServices()
  const { data: caller } = useCaller()
  const signOut = () => {
    session.signOut().catch((error: unknown) => notifyFailure('Signing out did not work', error))
  }
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <UnstyledButton style={{ borderRadius: '50%' }}>
          <Avatar size={30} radius="xl" color="sea.8" variant="filled" name={caller?.displayName ?? ''} />
          <VisuallyHidden>Account menu</VisuallyHidden>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {caller !== undefined && (
          <>
            <div style={{ padding: '8px 12px' }}>
              <Text size="sm" fw={600} truncate>
                {caller.displayName}
              </Text>
              <Text size="xs" c="dimmed" truncate>
                {caller.email}
              </Text>
            </div>
            <Menu.Divider />
          </>
        )}
        <Menu.Item component={Link} to="/account" leftSection={<IconUserCircle size={16} aria-hidden />}>
          Account and tokens
        </Menu.Item>
        <Menu.Item
          component={Link}
          to="/account/locations"
          leftSection={<IconMapPin size={16} aria-hidden />}
        >
          My locations
        </Menu.Item>
        <Menu.Item onClick={signOut} leftSection={<IconLogout size={16} aria-hidden />}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
