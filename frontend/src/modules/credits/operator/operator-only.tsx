import { IconLock } from '@tabler/icons-react'
import { EmptyState } from '../../../ui/empty-state'
import { PageHeader } from '../../../ui/page-header'
import { Panel } from '../../../ui/panel'

/** Shown to who came here by an address that is not for them. */
export function OperatorOnly() {
  return (
    <>
      <PageHeader title="Credits desk" />
      <Panel>
        <EmptyState
          icon={IconLock}
          title="This page is for the operator"
          text="It shows the credits of all organisations. Your own organisation’s are under Credits."
        />
      </Panel>
    </>
  )
}
