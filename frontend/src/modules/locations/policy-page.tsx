import { Button, Group, Stack, Text } from '@mantine/core'
import { IconPlus, IconTargetArrow } from '@tabler/icons-react'
import { lazy, useState } from 'react'
import { useOrganization } from '../../app/organization'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { LazyDialog } from '../../ui/lazy-dialog'
import { ListSkeleton } from '../../ui/list-skeleton'
import { PageHeader } from '../../ui/page-header'
import { Panel } from '../../ui/panel'
import classes from './policy.module.css'
import { PolicyForm } from './policy-form'
import { usePolicy } from './policy-queries'
import { resourceId } from './resource-id'
import { usePurposes } from './use-purposes'

const PurposeDialog = lazy(() => import('./purpose-dialog'))

/** What locations are looked at for, and how they are kept. */
export default function PolicyPage() {
  const organization = useOrganization()
  const mayChange = organization.may('locations.manage')
  const purposes = usePurposes(organization.slug)
  const policy = usePolicy(organization.slug)
  const [adding, setAdding] = useState(false)
  const add = mayChange && (
    <Button
      size="compact-sm"
      variant="default"
      leftSection={<IconPlus size={14} aria-hidden />}
      onClick={() => setAdding(true)}
    >
      Add a purpose
    </Button>
  )
  return (
    <>
      <PageHeader
        title="Purposes and policy"
        subtitle="What locations are looked at for, how long they are kept, and how finely."
      />
      <Stack gap="md">
        <Panel title="Purposes" flush actions={add}>
          {purposes.data === undefined ? (
            purposes.isError ? (
              <ErrorState error={purposes.error} onRetry={() => purposes.refetch()} />
            ) : (
              <ListSkeleton rows={2} height={30} />
            )
          ) : purposes.data.length === 0 ? (
            <EmptyState
              compact
              icon={IconTargetArrow}
              title="No purpose yet"
              text="Persons consent to a purpose, and every question names one. Without any, nobody’s locations can be seen."
            />
          ) : (
            <ul className={classes.purposes}>
              {purposes.data.map(({ name, displayName, description }) => (
                <li key={name}>
                  <Group gap="2px 10px" align="baseline">
                    <Text size="sm" fw={600} style={{ overflowWrap: 'anywhere' }}>
                      {displayName}
                    </Text>
                    <Text size="xs" c="dimmed" className="mono">
                      {resourceId(name)}
                    </Text>
                  </Group>
                  {description !== '' && (
                    <Text size="sm" c="dimmed" maw={760} style={{ overflowWrap: 'anywhere' }}>
                      {description}
                    </Text>
                  )}
                </li>
              ))}
            </ul>
          )}
        </Panel>
        <Panel title="How fixes are kept">
          {policy.data === undefined ? (
            policy.isError ? (
              <ErrorState error={policy.error} onRetry={() => policy.refetch()} />
            ) : (
              <ListSkeleton rows={6} height={30} />
            )
          ) : (
            <PolicyForm organization={organization.slug} policy={policy.data} mayChange={mayChange} />
          )}
        </Panel>
      </Stack>
      {mayChange && (
        <LazyDialog opened={adding}>
          {(opened) => (
            <PurposeDialog
              organization={organization.slug}
              opened={opened}
              onClose={() => setAdding(false)}
            />
          )}
        </LazyDialog>
      )}
    </>
  )
}
