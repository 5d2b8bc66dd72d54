import { Menu, Text, UnstyledButton } from '@mantine/core'
import { IconCheck, IconSelector } from '@tabler/icons-react'
import { useNavigate } from 'react-router'
import { useCaller } from './caller'
import classes from './organization-switcher.module.css'
import { roleLabel } from './role'

/** @param current slug of the organisation shown */
export function OrganizationSwitcher({ current }: { current: string | undefined }) {
  const navigate = useNavigate()
  const { data: caller } = useCaller()
  if (caller === undefined || caller.memberships.length === 0) return null
  const shown = caller.memberships.find((membership) => membership.slug === current)
  const name = shown?.displayName ?? 'Choose an organisation'
  return (
    <Menu position="bottom-start" width={300}>
      <Menu.Target>
        <UnstyledButton className={classes.button} aria-label={`Organisation: ${name}. Switch`}>
          <span className={classes.name}>{name}</span>
          <IconSelector size={15} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Your organisations</Menu.Label>
        {caller.memberships.map((membership) => (
          <Menu.Item
            key={membership.name}
            onClick={() => navigate(`/o/${membership.slug}`)}
            rightSection={membership.slug === current ? <IconCheck size={16} aria-label="shown" /> : null}
          >
            <Text size="sm" fw={550} lineClamp={2}>
              {membership.displayName}
            </Text>
            <Text size="xs" c="dimmed">
              {roleLabel(membership.role)}
            </Text>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
