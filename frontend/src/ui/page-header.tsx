import { Group, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTitle } from '../app/use-title'

interface PageHeaderProps {
  readonly title: string
  /** Shown instead of the title, which still names the document. */
  readonly heading?: ReactNode
  readonly subtitle?: ReactNode
  readonly actions?: ReactNode
}

export function PageHeader({ title, heading, subtitle, actions }: PageHeaderProps) {
  useTitle(title)
  return (
    <Group justify="space-between" align="flex-end" mb="lg" gap="sm" wrap="wrap">
      <Stack gap={2} miw={0} flex="1 1 260px">
        <Title order={1} style={{ overflowWrap: 'anywhere' }}>
          {heading ?? title}
        </Title>
        {subtitle !== undefined && (
          <Text c="dimmed" size="sm" component="div">
            {subtitle}
          </Text>
        )}
      </Stack>
      {actions !== undefined && <Group gap="xs">{actions}</Group>}
    </Group>
  )
}
