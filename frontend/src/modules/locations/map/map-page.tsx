import { Anchor, Text } from '@mantine/core'
import { IconTargetOff } from '@tabler/icons-react'
import { useState } from 'react'
import { Link } from 'react-router'
import { useOrganization } from '../../../app/organization'
import { EmptyState } from '../../../ui/empty-state'
import { ErrorState } from '../../../ui/error-state'
import { PageHeader } from '../../../ui/page-header'
import { PageLoader } from '../../../ui/page-loader'
import { Panel } from '../../../ui/panel'
import { usePurposes } from '../use-purposes'
import { LookForm } from './look-form'
import { useLookReason } from './look-reason'
import { MapWorkspace } from './map-workspace'

export default function MapPage() {
  const organization = useOrganization()
  const purposes = usePurposes(organization.slug)
  const [look, setLook] = useLookReason(organization.slug)
  const [isChanging, setChanging] = useState(false)
  const purpose = purposes.data?.find(({ name }) => name === look?.purpose)

  if (purposes.isError && purposes.data === undefined) {
    return (
      <>
        <PageHeader title="Map" />
        <ErrorState error={purposes.error} onRetry={() => purposes.refetch()} />
      </>
    )
  }
  if (purposes.data === undefined) return <PageLoader />
  if (purposes.data.length === 0) {
    return (
      <>
        <PageHeader title="Map" />
        <Panel>
          <EmptyState
            icon={IconTargetOff}
            title="There is no purpose to look for"
            text="Locations are looked at for a purpose that persons consented to. An administrator makes the first one."
            action={
              <Anchor component={Link} to={`${organization.path}/locations/policy`}>
                Purposes and policy
              </Anchor>
            }
          />
        </Panel>
      </>
    )
  }
  if (look === undefined || purpose === undefined || isChanging) {
    return (
      <>
        <PageHeader title="Map" subtitle="Who was where, and who met whom." />
        <LookForm
          purposes={purposes.data}
          before={look}
          onGiven={(given) => {
            setLook(given)
            setChanging(false)
          }}
          onCancel={isChanging && purpose !== undefined ? () => setChanging(false) : undefined}
        />
      </>
    )
  }
  return (
    <>
      <PageHeader
        title="Map"
        subtitle={
          <>
            <Text span fw={560} c="var(--mantine-color-text)">
              {purpose.displayName}
            </Text>
            <Text span style={{ overflowWrap: 'anywhere' }}>
              {' '}
              · “{look.reason}”{' '}
            </Text>
            <Anchor component="button" type="button" size="sm" onClick={() => setChanging(true)}>
              Change purpose or reason
            </Anchor>
          </>
        }
      />
      <MapWorkspace key={JSON.stringify(look)} organization={organization.slug} look={look} />
    </>
  )
}
